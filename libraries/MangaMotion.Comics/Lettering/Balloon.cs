namespace MangaMotion.Comics.Lettering;

/// <summary>Box of the balloon or caption around lettering, in page pixels.</summary>
/// <remarks>
/// The paper around the letters is flooded up to the outline of the balloon. The constants were chosen by eye on the bundled chapter and
/// on drawn balloons; <c>BalloonTests</c> holds them.
/// </remarks>
public readonly record struct Balloon(double X, double Y, double Width, double Height)
{
    /// <summary>Grey level from which paper is light. Dark balloons are not searched.</summary>
    private const int LightPaper = 170;

    /// <summary>Maximum difference of paper from its usual grey level.</summary>
    private const int PaperRange = 24;

    /// <summary>Cells over the shorter side of the lettering. Finer cells find no other balloons and cost more.</summary>
    private const int CellsAcross = 24;

    // The search ends at this distance from the lettering: shares of its longer and of its shorter side.
    private const double ReachOfLonger = 0.35, ReachOfShorter = 0.9;

    /// <summary>Share of the longest row or column of paper below which a row or column is part of a tail.</summary>
    private const double TailShare = 0.25;

    /// <summary>Share of the edge of the search that paper may reach, through a tail.</summary>
    private const double MaxEdgeShare = 0.1;

    /// <summary>Finds the balloon around a box of lettering.</summary>
    /// <param name="grey">8-bit pixels of the page, row by row.</param>
    /// <returns>The box of balloon and lettering; null if the paper around the letters has no outline, or is dark.</returns>
    public static Balloon? Find(ReadOnlySpan<byte> grey, int width, int height, double x, double y, double boxWidth, double boxHeight)
    {
        var (shorter, longer) = (Math.Min(boxWidth, boxHeight), Math.Max(boxWidth, boxHeight));
        var cell = Math.Max(1, (int)(shorter / CellsAcross));
        var reach = (ReachOfLonger * longer) + (ReachOfShorter * shorter);
        int left = (int)Math.Max(0, x - reach), top = (int)Math.Max(0, y - reach);
        var columns = ((int)Math.Min(width, x + boxWidth + reach) - left) / cell;
        var rows = ((int)Math.Min(height, y + boxHeight + reach) - top) / cell;
        if (columns < 3 || rows < 3)
            return null;

        var cells = ReduceToDarkest(grey, width, left, top, columns, rows, cell);
        var inner = new CellBox(
            Math.Clamp((int)((x - left) / cell) - 1, 1, columns - 2), Math.Clamp((int)((y - top) / cell) - 1, 1, rows - 2),
            Math.Clamp((int)((x + boxWidth - left) / cell) + 1, 1, columns - 2),
            Math.Clamp((int)((y + boxHeight - top) / cell) + 1, 1, rows - 2));
        var ring = inner.ListRing(columns).ToList();
        var paper = ring.Select(i => cells[i]).Order().ElementAt(ring.Count / 2);
        if (paper < LightPaper || Flood(cells, columns, rows, ring, paper) is not { } flooded)
            return null;

        var (inRows, inColumns) = (new int[rows], new int[columns]);
        for (var i = 0; i < flooded.Length; i++)
        {
            if (!flooded[i])
                continue;
            inRows[i / columns]++;
            inColumns[i % columns]++;
        }

        var (firstRow, lastRow) = FindBody(inRows);
        var (firstColumn, lastColumn) = FindBody(inColumns);
        // One cell more on each side for the outline.
        double fromX = Math.Min(x, left + ((firstColumn - 1) * cell)), fromY = Math.Min(y, top + ((firstRow - 1) * cell));
        var toX = Math.Max(x + boxWidth, left + ((lastColumn + 2) * cell));
        var toY = Math.Max(y + boxHeight, top + ((lastRow + 2) * cell));
        return new(fromX, fromY, toX - fromX, toY - fromY);
    }

    /// <summary>Reduces a part of the page; each cell has the darkest of its pixels, so that thin outlines stay closed.</summary>
    private static byte[] ReduceToDarkest(ReadOnlySpan<byte> grey, int width, int left, int top, int columns, int rows, int cell)
    {
        var cells = new byte[columns * rows];
        Array.Fill(cells, byte.MaxValue);
        for (var y = 0; y < rows * cell; y++)
        {
            var row = grey.Slice(((top + y) * width) + left, columns * cell);
            var target = cells.AsSpan(y / cell * columns, columns);
            for (var x = 0; x < row.Length; x++)
                target[x / cell] = Math.Min(target[x / cell], row[x]);
        }

        return cells;
    }

    /// <summary>Floods the paper from the ring around the lettering.</summary>
    /// <returns>The flooded cells; null if the flood reaches more of the edge of the search than a tail does.</returns>
    private static bool[]? Flood(byte[] cells, int columns, int rows, List<int> ring, byte paper)
    {
        var flooded = new bool[cells.Length];
        var open = new Stack<int>();
        var atEdge = 0;
        foreach (var start in ring)
            Enter(start);
        while (open.TryPop(out var at))
        {
            var (column, row) = (at % columns, at / columns);
            if (column == 0 || row == 0 || column == columns - 1 || row == rows - 1)
            {
                atEdge++;
                continue;
            }

            Enter(at - 1);
            Enter(at + 1);
            Enter(at - columns);
            Enter(at + columns);
        }

        return atEdge <= MaxEdgeShare * 2 * (columns + rows) ? flooded : null;

        void Enter(int at)
        {
            if (flooded[at] || Math.Abs(cells[at] - paper) > PaperRange)
                return;
            flooded[at] = true;
            open.Push(at);
        }
    }

    /// <summary>Finds the first and last row or column of a balloon without its tail.</summary>
    private static (int First, int Last) FindBody(int[] counts)
    {
        var least = TailShare * counts.Max();
        return (Array.FindIndex(counts, count => count >= least), Array.FindLastIndex(counts, count => count >= least));
    }

    /// <summary>Cells around lettering, all sides inclusive.</summary>
    private readonly record struct CellBox(int Left, int Top, int Right, int Bottom)
    {
        /// <summary>Lists the indexes of the outermost cells.</summary>
        public IEnumerable<int> ListRing(int columns)
        {
            for (var column = Left; column <= Right; column++)
            {
                yield return (Top * columns) + column;
                yield return (Bottom * columns) + column;
            }

            for (var row = Top + 1; row < Bottom; row++)
            {
                yield return (row * columns) + Left;
                yield return (row * columns) + Right;
            }
        }
    }
}
