namespace MangaMotion.Comics.Lettering;

/// <summary>Groups columns of Japanese letters that stand beside each other into blocks.</summary>
/// <remarks>The thresholds were chosen by <c>bench lettering</c>; <c>ColumnBlocksTests</c> holds them.</remarks>
public static class ColumnBlocks
{
    // Shares of the wider column's width.
    private const double MaxGap = 0.8;
    private const double MaxWidthRatio = 1.6;

    /// <summary>Common part of two columns, in heights of the shorter one.</summary>
    private const double MinCommonHeight = 0.5;

    /// <summary>Side of a letter in widths of its column's box.</summary>
    private const double LetterSize = 0.7;

    /// <summary>Groups columns.</summary>
    /// <param name="lines">Lines and columns of a page; lines are ignored.</param>
    public static IReadOnlyList<TextBlock> Group(IEnumerable<PageLine> lines)
    {
        var blocks = new List<List<PageLine>>();
        foreach (var column in lines.Where(line => line.IsColumn).OrderBy(line => line.X))
        {
            var beside = blocks.Find(block => block.Exists(other => AreBeside(other, column)));
            if (beside is null)
                blocks.Add([column]);
            else
                beside.Add(column);
        }

        return [.. blocks.Select(CreateBlock)];
    }

    /// <summary>Whether two blocks have a common part.</summary>
    public static bool Overlap(TextBlock one, TextBlock other) =>
        one.X < other.X + other.Width && other.X < one.X + one.Width && one.Y < other.Y + other.Height && other.Y < one.Y + one.Height;

    private static bool AreBeside(PageLine one, PageLine other)
    {
        var (low, high) = one.Width < other.Width ? (one.Width, other.Width) : (other.Width, one.Width);
        var common = Math.Min(one.Y + one.Height, other.Y + other.Height) - Math.Max(one.Y, other.Y);
        return common >= MinCommonHeight * Math.Min(one.Height, other.Height) && high <= MaxWidthRatio * low
            && other.X - (one.X + one.Width) <= MaxGap * high;
    }

    private static TextBlock CreateBlock(List<PageLine> columns)
    {
        double left = columns.Min(column => column.X), top = columns.Min(column => column.Y);
        double right = columns.Max(column => column.X + column.Width), bottom = columns.Max(column => column.Y + column.Height);
        return new((int)left, (int)top, (int)(right - left), (int)(bottom - top), LetterSize * columns.Average(column => column.Width));
    }
}
