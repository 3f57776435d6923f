using static MangaMotion.Comics.Panels.PanelTuning;

namespace MangaMotion.Comics.Panels;

/// <summary>Divides a strip for scrolling, which is far taller than wide, at its blank rows.</summary>
internal static class LongStrip
{
    public static bool IsLongStrip(int width, int height) => height >= StripRatio * width;

    /// <summary>Finds the rows of each piece from top to bottom, the end exclusive. A blank strip has no pieces.</summary>
    public static List<(int Top, int Bottom)> FindPieces(GreyPlane strip)
    {
        var levels = new int[strip.Height];
        var counts = new int[256];
        for (var y = 0; y < strip.Height; y++)
        {
            levels[y] = FindBlankLevel(strip.GetRow(y));
            if (levels[y] >= 0)
                counts[levels[y]]++;
        }

        var paper = Array.IndexOf(counts, counts.Max());
        var pieces = new List<(int Top, int Bottom)>();
        var gap = Math.Max(2, (int)(MinStripGap * strip.Width));
        var lastDrawn = -1;
        for (var y = 0; y < strip.Height; y++)
        {
            if (IsPaper(levels[y], paper))
                continue;
            if (lastDrawn < 0 || y - lastDrawn > gap)
                pieces.Add((y, y + 1));
            else
                pieces[^1] = (pieces[^1].Top, y + 1);
            lastDrawn = y;
        }

        return JoinLowPieces(pieces, (int)(MinStripPiece * strip.Width));
    }

    /// <summary>
    /// Whether a row's level is paper. Strips with night scenes have white and black gaps; other greys are skies and walls.
    /// </summary>
    private static bool IsPaper(int level, int paper) => level >= 0
        && (Math.Abs(level - paper) <= StripPaperTolerance || level >= 255 - StripPaperTolerance || level <= StripPaperTolerance);

    /// <summary>
    /// Joins each piece that is too low, such as lettering between two panels, to its nearest neighbour, or drops it if none is near.
    /// </summary>
    private static List<(int Top, int Bottom)> JoinLowPieces(List<(int Top, int Bottom)> pieces, int minHeight)
    {
        for (var i = 0; i < pieces.Count && pieces.Count > 1;)
        {
            var (top, bottom) = pieces[i];
            if (bottom - top >= minHeight)
            {
                i++;
                continue;
            }

            var toPrevious = i > 0 ? top - pieces[i - 1].Bottom : int.MaxValue;
            var toNext = i + 1 < pieces.Count ? pieces[i + 1].Top - bottom : int.MaxValue;
            var first = toPrevious <= toNext ? i - 1 : i;
            var near = Math.Min(toPrevious, toNext) <= minHeight;
            if (near)
                pieces[first] = (pieces[first].Top, pieces[first + 1].Bottom);
            pieces.RemoveAt(near ? first + 1 : i);
            i = Math.Max(0, first);
        }

        return pieces;
    }

    /// <summary>Finds the median grey of a row that is blank except for a few specks; -1 for any other row.</summary>
    private static int FindBlankLevel(ReadOnlySpan<byte> row)
    {
        Span<int> histogram = stackalloc int[256];
        histogram.Clear();
        foreach (var value in row)
            histogram[value]++;
        int seen = 0, median = 0;
        while ((seen += histogram[median]) * 2 < row.Length)
            median++;
        var near = 0;
        for (var level = Math.Max(0, median - StripPaperTolerance); level <= Math.Min(255, median + StripPaperTolerance); level++)
            near += histogram[level];
        return near >= StripBlankShare * row.Length ? median : -1;
    }
}
