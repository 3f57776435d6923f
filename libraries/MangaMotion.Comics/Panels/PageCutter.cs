using static MangaMotion.Comics.Panels.PanelTuning;

namespace MangaMotion.Comics.Panels;

/// <summary>Region without further cuts.</summary>
/// <param name="Certainty">0 to 1: the lowest certainty of the cuts around the region.</param>
internal sealed record Leaf(Region Region, double Certainty);

/// <summary>
/// Cuts a page recursively along its gutters (recursive X-Y cut with slanted lines). The order of the leaves is the reading order.
/// </summary>
internal sealed class PageCutter(PageMasks page, double unit, ReadingDirection direction)
{
    private readonly GutterFinder _gutters = new(page, unit);
    private readonly List<Leaf> _leaves = [];

    public List<Leaf> CutPage()
    {
        CutRegion(Region.CreateWholePage(page.Width, page.Height), 1, 0, hasGutters: false);
        return _leaves;
    }

    private void CutRegion(Region? part, double certainty, int depth, bool hasGutters)
    {
        if (part is null || Trim(part) is not { } region)
            return;
        if (region.Height < MinRegionSide * page.Height || region.Width < MinRegionSide * page.Width
            || region.Area < MinRegionArea * page.Area)
            return;

        var cuts = depth < MaxDepth ? _gutters.FindCuts(region, allowSharedFrames: !hasGutters) : [];
        if (cuts.Count == 0)
        {
            _leaves.Add(new Leaf(region, certainty));
            return;
        }

        var cut = ChooseCut(cuts, region, depth);
        var (first, second) = region.Split(cut);
        if (cut.Axis == Axis.Vertical && direction == ReadingDirection.RightToLeft)
            (first, second) = (second, first);
        certainty = Math.Min(certainty, cut.Certainty);
        hasGutters |= cut.Kind != CutKind.FrameLine;
        CutRegion(first, certainty, depth + 1, hasGutters);
        CutRegion(second, certainty, depth + 1, hasGutters);
    }

    /// <summary>
    /// Chooses the cut that is read first. Rows come before columns, unless the column gutter scores much higher, or separates the halves
    /// of a spread or the columns of a 4-koma page.
    /// </summary>
    private static Cut ChooseCut(List<Cut> cuts, Region region, int depth)
    {
        var row = cuts.Where(cut => cut.Axis == Axis.Horizontal).MaxBy(cut => cut.Score);
        var column = cuts.Where(cut => cut.Axis == Axis.Vertical).MaxBy(cut => cut.Score);
        if (row is null || column is null)
            return row ?? column!;

        var columns = depth <= 1 && column.Width > ColumnGutterRatio * row.Width && region.Height > ColumnRegionRatio * region.Width;
        var spread = depth == 0 && region.Width > SpreadRatio * region.Height && column.Width > SpreadGutterRatio * row.Width
            && Math.Abs(((column.Start + column.End) / 2.0) - (region.Width / 2.0)) < MaxFoldOffset * region.Width;
        return columns || spread || column.Score - ColumnPenalty > row.Score ? column : row;
    }

    /// <summary>Removes the blank rows and columns at a region's sides; null if no drawn pixel remains.</summary>
    private Region? Trim(Region region)
    {
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var paper in page.Papers)
            {
                int top = 0, bottom = region.Height;
                while (top < bottom && IsBlankRow(region, paper, top))
                    top++;
                while (bottom > top && IsBlankRow(region, paper, bottom - 1))
                    bottom--;
                if (top >= bottom)
                    return null;

                int left = 0, right = region.Width;
                while (left < right && IsBlankColumn(region, paper, left))
                    left++;
                while (right > left && IsBlankColumn(region, paper, right - 1))
                    right--;
                if (left >= right)
                    return null;
                if (right - left == region.Width && bottom - top == region.Height)
                    continue;
                region = region.Crop(left, top, right - left, bottom - top);
                changed = true;
            }
        }

        return region;
    }

    private bool IsBlankRow(Region region, Paper paper, int row)
    {
        var inside = region.GetRow(row).Count((byte)1);
        return inside == 0 || region.CountRow(paper.Open, page.Width, row) >= (1 - MaxTrimmedInk) * inside;
    }

    private bool IsBlankColumn(Region region, Paper paper, int column)
    {
        int inside = 0, drawn = 0, at = (region.Y * page.Width) + region.X + column;
        for (var row = 0; row < region.Height; row++, at += page.Width)
        {
            if (region.GetRow(row)[column] == 0)
                continue;
            inside++;
            drawn += 1 - paper.Open[at];
            if (drawn > MaxTrimmedInk * region.Height)
                return false;
        }

        return drawn <= MaxTrimmedInk * inside;
    }
}
