namespace MangaMotion.Comics.Panels;

/// <summary>Turns a region into a panel's box: its sides move in to the frame lines when what lies beyond them is sparse.</summary>
internal sealed class FrameSnap(PageMasks page)
{
    private const double MaxInset = 0.14;
    private const double MaxClearInset = 0.22;
    private const double FrameShare = 0.55;
    private const double ClearFrameShare = 0.85;
    private const int FrameWidth = 5;
    private const double SparseShare = 0.35;
    private const double BareShare = 0.12;

    private enum Side
    {
        Top,
        Bottom,
        Left,
        Right,
    }

    /// <summary>The panel's box on the reduced page with a confidence, or null when the region is too small or empty to be a panel.</summary>
    public Panel? Snap(Leaf leaf)
    {
        var region = leaf.Region;
        var (rows, columns) = DrawnShares(region);
        var (top, bottom) = (Inset(region, Side.Top, rows), Inset(region, Side.Bottom, rows));
        var (left, right) = (Inset(region, Side.Left, columns), Inset(region, Side.Right, columns));
        int width = region.Width - left - right, height = region.Height - top - bottom;
        if (height < 0.06 * page.Height || width < 0.06 * page.Width || width * height < 0.012 * page.Area)
            return null;
        if (Drawn(region, left, top, width, height) < 0.01 * width * height)
            return null;

        var framed = (Framed(rows, top, +1) + Framed(rows, rows.Length - 1 - bottom, -1)
            + Framed(columns, left, +1) + Framed(columns, columns.Length - 1 - right, -1)) / 4.0;
        return new Panel(region.X + left, region.Y + top, width, height, leaf.Certainty * (0.4 + (0.6 * framed)))
        {
            Outline = PanelOutline.Of(region, left, top, width, height),
        };
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

    /// <summary>How far to move a side in to its frame line, in pixels.</summary>
    private int Inset(Region region, Side side, float[] drawn)
    {
        if (side is Side.Bottom or Side.Right)
            drawn = [.. drawn.Reverse()];
        var edge = Array.FindIndex(drawn, 0, Math.Max(1, (int)(MaxInset * drawn.Length)), share => share >= FrameShare);
        if (edge < 0)
        {
            edge = Array.FindIndex(drawn, 0, Math.Max(1, (int)(MaxClearInset * drawn.Length)), share => share >= ClearFrameShare);
            if (edge >= 0 && drawn[Math.Max(0, edge - FrameWidth)] > SparseShare)
                return 0;
        }

        // A line as long as the panel is its frame whatever leans out over it; half a line may be the shoulders of a figure without one.
        var whole = edge >= 0 && drawn.AsSpan(edge, Math.Min(FrameWidth, drawn.Length - edge)).ToArray().Max() >= ClearFrameShare;
        return edge > 0 && drawn.Take(edge).Average() < (whole ? SparseShare : BareShare) && !Bleeds(region, side, edge) ? edge : 0;
    }

    /// <summary>Whether the frame lines beside this side run on to the page's edge, so that the blank between them belongs to the panel.</summary>
    private bool Bleeds(Region region, Side side, int depth)
    {
        var across = side is Side.Top or Side.Bottom;
        var atEdge = side switch
        {
            Side.Top => region.Y == 0,
            Side.Bottom => region.Y + region.Height == page.Height,
            Side.Left => region.X == 0,
            _ => region.X + region.Width == page.Width,
        };
        if (!atEdge)
            return false;

        int first = 0, last = 0, length = across ? region.Width : region.Height;
        for (var i = 0; i < depth; i++)
        {
            var line = side is Side.Bottom or Side.Right ? (across ? region.Height : region.Width) - 1 - i : i;
            first += FrameAt(line, 0) ? 1 : 0;
            last += FrameAt(line, length - FrameWidth) ? 1 : 0;
        }

        return Math.Min(first, last) > 0.7 * depth;

        bool FrameAt(int line, int from)
        {
            for (var i = Math.Max(0, from); i < Math.Min(length, from + FrameWidth); i++)
            {
                var (x, y) = across ? (i, line) : (line, i);
                if (page.Open[((region.Y + y) * page.Width) + region.X + x] == 0)
                    return true;
            }

            return false;
        }
    }

    private static double Framed(float[] drawn, int at, int step)
    {
        var best = 0f;
        for (var i = 0; i < 4 && at >= 0 && at < drawn.Length; i++, at += step)
            best = Math.Max(best, drawn[at]);
        return Math.Min(1, best / 0.9);
    }
}
