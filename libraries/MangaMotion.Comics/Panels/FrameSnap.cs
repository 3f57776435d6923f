using static MangaMotion.Comics.Panels.PanelTuning;

namespace MangaMotion.Comics.Panels;

/// <summary>Turns a region into a panel box. A side moves inwards to its frame line if little is drawn beyond that line.</summary>
internal sealed class FrameSnap(PageMasks page)
{
    private enum Side
    {
        Top,
        Bottom,
        Left,
        Right,
    }

    /// <summary>Fits a panel to a leaf, in pixels of the reduced page; null if the region is too small or too empty for a panel.</summary>
    public Panel? FitPanel(Leaf leaf)
    {
        var region = leaf.Region;
        var (rows, columns) = MeasureDrawnShares(region);
        var (top, bottom) = (FindInset(region, Side.Top, rows), FindInset(region, Side.Bottom, rows));
        var (left, right) = (FindInset(region, Side.Left, columns), FindInset(region, Side.Right, columns));
        int width = region.Width - left - right, height = region.Height - top - bottom;
        if (height < MinPanelSide * page.Height || width < MinPanelSide * page.Width || width * height < MinPanelArea * page.Area)
            return null;
        if (CountInk(region, left, top, width, height) < MinPanelInk * width * height)
            return null;

        var framed = (MeasureFrame(rows, top, +1) + MeasureFrame(rows, rows.Length - 1 - bottom, -1)
            + MeasureFrame(columns, left, +1) + MeasureFrame(columns, columns.Length - 1 - right, -1)) / 4.0;
        var confidence = leaf.Certainty * (UnframedConfidence + (FramedConfidence * framed));
        return new Panel(region.X + left, region.Y + top, width, height, confidence)
        {
            Outline = PanelOutline.TraceRegion(region, left, top, width, height),
        };
    }

    /// <summary>Measures the share of each row and column of a region that is not open paper.</summary>
    private (float[] Rows, float[] Columns) MeasureDrawnShares(Region region)
    {
        var rows = new float[region.Height];
        var columns = new float[region.Width];
        var inside = new int[region.Width];
        for (var y = 0; y < rows.Length; y++)
        {
            var line = region.GetRow(y);
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

    private int CountInk(Region region, int left, int top, int width, int height)
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

    /// <summary>Finds the distance in pixels from a region's side inwards to its frame line; 0 if the side stays.</summary>
    private int FindInset(Region region, Side side, float[] drawn)
    {
        if (side is Side.Bottom or Side.Right)
            drawn = [.. drawn.Reverse()];
        var edge = FindFirst(drawn, MaxInset, SnapFrame);
        if (edge < 0)
        {
            edge = FindFirst(drawn, MaxClearInset, SnapClearFrame);
            if (edge >= 0 && drawn[Math.Max(0, edge - SnapFrameWidth)] > MaxBeyondClearFrame)
                return 0;
        }

        // A line along the whole side is a frame even if something leans out over it. Part of a line may be the shoulders of a figure.
        var clear = edge >= 0 && drawn.AsSpan(edge, Math.Min(SnapFrameWidth, drawn.Length - edge)).ToArray().Max() >= SnapClearFrame;
        var maxBeyond = clear ? MaxBeyondClearFrame : MaxBeyondFrame;
        return edge > 0 && drawn.Take(edge).Average() < maxBeyond && !Bleeds(region, side, edge) ? edge : 0;
    }

    private static int FindFirst(float[] drawn, double maxInset, double minShare) =>
        Array.FindIndex(drawn, 0, Math.Max(1, (int)(maxInset * drawn.Length)), share => share >= minShare);

    /// <summary>
    /// Whether both neighbouring frame lines continue to the page's edge, so that the blank area between them belongs to the panel.
    /// </summary>
    private bool Bleeds(Region region, Side side, int depth)
    {
        var atEdge = side switch
        {
            Side.Top => region.Y == 0,
            Side.Bottom => region.Y + region.Height == page.Height,
            Side.Left => region.X == 0,
            _ => region.X + region.Width == page.Width,
        };
        if (!atEdge)
            return false;

        var horizontal = side is Side.Top or Side.Bottom;
        var (length, lines) = horizontal ? (region.Width, region.Height) : (region.Height, region.Width);
        int first = 0, last = 0;
        for (var i = 0; i < depth; i++)
        {
            var line = side is Side.Bottom or Side.Right ? lines - 1 - i : i;
            first += HasFrameAt(line, 0) ? 1 : 0;
            last += HasFrameAt(line, length - SnapFrameWidth) ? 1 : 0;
        }

        return Math.Min(first, last) > BleedShare * depth;

        bool HasFrameAt(int line, int from)
        {
            for (var i = Math.Max(0, from); i < Math.Min(length, from + SnapFrameWidth); i++)
            {
                var (x, y) = horizontal ? (i, line) : (line, i);
                if (page.Open[((region.Y + y) * page.Width) + region.X + x] == 0)
                    return true;
            }

            return false;
        }
    }

    /// <summary>Measures the strength, 0 to 1, of the frame line at a side.</summary>
    private static double MeasureFrame(float[] drawn, int at, int step)
    {
        var best = 0f;
        for (var i = 0; i < FrameSearchDepth && at >= 0 && at < drawn.Length; i++, at += step)
            best = Math.Max(best, drawn[at]);
        return Math.Min(1, best / FullyFramed);
    }
}
