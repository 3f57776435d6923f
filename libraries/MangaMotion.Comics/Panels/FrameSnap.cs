namespace MangaMotion.Comics.Panels;

/// <summary>Turns a region into a panel's box: its sides move in to the frame lines when what lies beyond them is sparse.</summary>
internal sealed class FrameSnap(PageMasks page)
{
    private const double MaxInset = 0.14;
    private const double FrameShare = 0.55;
    private const double SparseShare = 0.35;

    /// <summary>The panel's box on the reduced page with a confidence, or null when the region is too small or empty to be a panel.</summary>
    public Panel? Snap(Leaf leaf)
    {
        var region = leaf.Region;
        var (rows, columns) = DrawnShares(region);
        int top = Edge(rows), bottom = Edge([.. rows.Reverse()]), left = Edge(columns), right = Edge([.. columns.Reverse()]);
        int width = region.Width - left - right, height = region.Height - top - bottom;
        if (height < 0.06 * page.Height || width < 0.06 * page.Width || width * height < 0.012 * page.Area)
            return null;
        if (Drawn(region, left, top, width, height) < 0.01 * width * height)
            return null;

        var framed = (Framed(rows, top, +1) + Framed(rows, rows.Length - 1 - bottom, -1)
            + Framed(columns, left, +1) + Framed(columns, columns.Length - 1 - right, -1)) / 4.0;
        return new Panel(region.X + left, region.Y + top, width, height, leaf.Certainty * (0.4 + (0.6 * framed)));
    }

    private (float[] Rows, float[] Columns) DrawnShares(Region region)
    {
        var rows = new float[region.Height];
        var columns = new float[region.Width];
        var inside = new int[region.Width];
        for (var y = 0; y < rows.Length; y++)
        {
            var line = region.Row(y);
            var at = ((region.Y + y) * page.Width) + region.X;
            int drawn = 0, count = 0;
            for (var x = 0; x < line.Length; x++)
            {
                if (line[x] == 0)
                    continue;
                count++;
                inside[x]++;
                if (page.Open[at + x] != 0)
                    continue;
                drawn++;
                columns[x]++;
            }

            rows[y] = (float)drawn / Math.Max(1, count);
        }

        for (var x = 0; x < columns.Length; x++)
            columns[x] /= Math.Max(1, inside[x]);
        return (rows, columns);
    }

    private int Drawn(Region region, int left, int top, int width, int height)
    {
        var drawn = 0;
        for (var y = top; y < top + height; y++)
        {
            var line = ((region.Y + y) * page.Width) + region.X;
            for (var x = left; x < left + width; x++)
                drawn += 1 - page.Papers[0].Blank[line + x];
        }

        return drawn;
    }

    private static int Edge(float[] drawn)
    {
        var reach = Math.Max(1, (int)(MaxInset * drawn.Length));
        var edge = Array.FindIndex(drawn, 0, Math.Min(reach, drawn.Length), share => share >= FrameShare);
        return edge > 0 && drawn.Take(edge).Average() < SparseShare ? edge : 0;
    }

    private static double Framed(float[] drawn, int at, int step)
    {
        var best = 0f;
        for (var i = 0; i < 4 && at >= 0 && at < drawn.Length; i++, at += step)
            best = Math.Max(best, drawn[at]);
        return Math.Min(1, best / 0.9);
    }
}
