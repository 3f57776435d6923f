namespace MangaMotion.Comics.Panels;

/// <summary>A region that is not cut further, and how sure the cuts around it were (0..1).</summary>
internal sealed record Leaf(Region Region, double Certainty);

/// <summary>Cuts a page into regions along its gutters, again and again. The order of the pieces is the reading order.</summary>
internal sealed class PageCutter(PageMasks page, double unit, ReadingDirection direction)
{
    private const int MaxDepth = 12;

    private readonly GutterFinder _gutters = new(page, unit);
    private readonly List<Leaf> _leaves = [];

    public List<Leaf> Cut()
    {
        Cut(Region.Whole(page.Width, page.Height), 1, 0, guttered: false);
        return _leaves;
    }

    private void Cut(Region? part, double certainty, int depth, bool guttered)
    {
        if (part is null || Trim(part) is not { } region)
            return;
        if (region.Height < 0.05 * page.Height || region.Width < 0.05 * page.Width || region.Area < 0.006 * page.Area)
            return;

        var cuts = depth < MaxDepth ? _gutters.Find(region, shared: !guttered) : [];
        if (cuts.Count == 0)
        {
            _leaves.Add(new Leaf(region, certainty));
            return;
        }

        var cut = Choose(cuts, region, depth);
        var (before, after) = region.Split(cut);
        if (cut.Axis == Axis.Vertical && direction == ReadingDirection.RightToLeft)
            (before, after) = (after, before);
        Cut(before, Math.Min(certainty, cut.Certainty), depth + 1, guttered || cut.Kind != CutKind.FrameLine);
        Cut(after, Math.Min(certainty, cut.Certainty), depth + 1, guttered || cut.Kind != CutKind.FrameLine);
    }

    /// <summary>Rows are read before columns, unless the column gutter is much clearer, or parts the halves of a spread or of a 4-koma page.</summary>
    private static Cut Choose(List<Cut> cuts, Region region, int depth)
    {
        var across = cuts.Where(cut => cut.Axis == Axis.Horizontal).MaxBy(cut => cut.Score);
        var down = cuts.Where(cut => cut.Axis == Axis.Vertical).MaxBy(cut => cut.Score);
        if (across is null || down is null)
            return across ?? down!;

        var columns = depth <= 1 && down.Width > 1.35 * across.Width && region.Height > 1.15 * region.Width;
        var spread = depth == 0 && region.Width > 1.15 * region.Height && down.Width > 1.2 * across.Width
            && Math.Abs(((down.Start + down.End) / 2.0) - (region.Width / 2.0)) < 0.05 * region.Width;
        return columns || spread || down.Score - 0.47 > across.Score ? down : across;
    }

    /// <summary>The region without the blank rows and columns at its sides; null when nothing is left.</summary>
    private Region? Trim(Region region)
    {
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var paper in page.Papers)
            {
                int top = 0, bottom = region.Height;
                while (top < bottom && BlankRow(region, paper, top))
                    top++;
                while (bottom > top && BlankRow(region, paper, bottom - 1))
                    bottom--;
                if (top >= bottom)
                    return null;

                var (left, right) = BlankColumns(region, paper);
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

    private bool BlankRow(Region region, Paper paper, int row)
    {
        var inside = region.Row(row).Count((byte)1);
        return inside == 0 || region.CountRow(paper.Open, page.Width, row) >= 0.995 * inside;
    }

    private (int Left, int Right) BlankColumns(Region region, Paper paper)
    {
        int left = 0, right = region.Width;
        while (left < right && BlankColumn(region, paper, left))
            left++;
        while (right > left && BlankColumn(region, paper, right - 1))
            right--;
        return (left, right);
    }

    private bool BlankColumn(Region region, Paper paper, int column)
    {
        int inside = 0, drawn = 0, at = (region.Y * page.Width) + region.X + column;
        for (var row = 0; row < region.Height; row++, at += page.Width)
        {
            if (region.Row(row)[column] == 0)
                continue;
            inside++;
            drawn += 1 - paper.Open[at];
            if (drawn > 0.005 * region.Height)
                return false;
        }

        return drawn <= 0.005 * inside;
    }
}
