namespace MangaMotion.Comics.Panels;

/// <summary>A page far taller than wide, meant for scrolling: it is cut again wherever whole rows are blank.</summary>
internal static class LongStrip
{
    private const int MinRatio = 3;
    private const int Tolerance = 14;
    private const double MinGap = 0.02;
    private const double MinPiece = 0.2;

    public static bool Is(int width, int height) => height >= MinRatio * width;

    /// <summary>The rows of each piece, from top to bottom; empty when the strip is blank.</summary>
    public static List<(int Top, int Bottom)> Pieces(GreyPlane strip)
    {
        var levels = new int[strip.Height];
        var papers = new int[256];
        for (var y = 0; y < strip.Height; y++)
        {
            levels[y] = BlankLevel(strip.Row(y));
            if (levels[y] >= 0)
                papers[levels[y]]++;
        }

        var paper = Array.IndexOf(papers, papers.Max());
        var pieces = new List<(int Top, int Bottom)>();
        var gap = Math.Max(2, (int)(MinGap * strip.Width));
        var lastInk = -1;
        for (var y = 0; y < strip.Height; y++)
        {
            // White and black gaps alternate in strips with night scenes; other greys are skies and walls.
            if (levels[y] >= 0 && (Math.Abs(levels[y] - paper) <= Tolerance || levels[y] >= 255 - Tolerance || levels[y] <= Tolerance))
                continue;
            if (lastInk < 0 || y - lastInk > gap)
                pieces.Add((y, y + 1));
            else
                pieces[^1] = (pieces[^1].Top, y + 1);
            lastInk = y;
        }

        return Join(pieces, (int)(MinPiece * strip.Width));
    }

    /// <summary>Lettering between two panels goes to the nearer one.</summary>
    private static List<(int Top, int Bottom)> Join(List<(int Top, int Bottom)> pieces, int least)
    {
        for (var i = 0; i < pieces.Count && pieces.Count > 1;)
        {
            var (top, bottom) = pieces[i];
            if (bottom - top >= least)
            {
                i++;
                continue;
            }

            var toPrevious = i > 0 ? top - pieces[i - 1].Bottom : int.MaxValue;
            var toNext = i + 1 < pieces.Count ? pieces[i + 1].Top - bottom : int.MaxValue;
            var first = toPrevious <= toNext ? i - 1 : i;
            if (Math.Min(toPrevious, toNext) <= least)
                pieces[first] = (pieces[first].Top, pieces[first + 1].Bottom);
            pieces.RemoveAt(Math.Min(toPrevious, toNext) <= least ? first + 1 : i);
            i = Math.Max(0, first);
        }

        return pieces;
    }

    /// <summary>The grey of a row that shows only that, but for a few specks; -1 for any other row.</summary>
    private static int BlankLevel(ReadOnlySpan<byte> row)
    {
        Span<int> histogram = stackalloc int[256];
        histogram.Clear();
        foreach (var value in row)
            histogram[value]++;
        int seen = 0, median = 0;
        while ((seen += histogram[median]) * 2 < row.Length)
            median++;
        var near = 0;
        for (var level = Math.Max(0, median - Tolerance); level <= Math.Min(255, median + Tolerance); level++)
            near += histogram[level];
        return near >= 0.997 * row.Length ? median : -1;
    }
}
