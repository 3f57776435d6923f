namespace MangaMotion.Comics.Lettering;

/// <summary>Stacks lines of lettering into blocks, and merges the two readings of a block's lines.</summary>
/// <remarks>The thresholds were chosen by <c>bench lettering</c> on relettered pages; <c>LineBlocksTests</c> holds them.</remarks>
public static class LineBlocks
{
    // Distances in heights of the higher line.
    private const double MaxGap = 0.7;
    private const double MaxHeightRatio = 1.8;
    private const double MaxPieceGap = 0.5;
    private const double MinPieceOverlap = 0.6;

    /// <summary>Common part of two lines of one block, in widths of the narrower one. Lines of a bubble have a common middle.</summary>
    private const double MinCommonWidth = 0.5;

    /// <summary>Height of a letter in heights of its line's box.</summary>
    private const double LetterHeight = 0.6;

    /// <summary>
    /// Gap between two words in letter heights. Tesseract splits words at smaller gaps, such as the one between T and O.
    /// </summary>
    private const double MinWordGap = 0.2;

    /// <summary>Confidence below which a line is not spoken.</summary>
    private const double MinConfidence = 0.5;

    /// <summary>Confidence of a line that only one of the readers read, in confidences of that reader.</summary>
    private const double SingleReader = 0.75;

    /// <summary>Groups lines that stand on each other: near, of about the same height, and with a common part across.</summary>
    /// <returns>Blocks of lines from the top, the pieces of one line from the left.</returns>
    public static IReadOnlyList<IReadOnlyList<PageLine>> Group(IEnumerable<PageLine> lines)
    {
        var blocks = new List<List<PageLine>>();
        foreach (var row in JoinPieces(lines).OrderBy(row => row[0].Y))
        {
            var line = CreateAround(row);
            var above = blocks.Where(block => IsBelow(CreateAround(FindLastRow(block)), line))
                .MinBy(block => Math.Abs(GetMiddle(CreateAround(FindLastRow(block))) - GetMiddle(line)) + line.Y - block[^1].Y);
            if (above is null)
                blocks.Add([.. row]);
            else
                above.AddRange(row);
        }

        return blocks;
    }

    /// <summary>Creates the block around some lines.</summary>
    public static TextBlock CreateBlock(IReadOnlyList<PageLine> lines)
    {
        var around = CreateAround(lines);
        return new(
            (int)around.X, (int)around.Y, (int)Math.Ceiling(around.Width), (int)Math.Ceiling(around.Height),
            LetterHeight * lines.Average(line => line.Height));
    }

    /// <summary>Merges the readings of the lines of one block.</summary>
    /// <param name="words">Words that tesseract read in the block.</param>
    /// <returns>The lines with their confidence. The text is empty where neither reader is certain.</returns>
    public static IReadOnlyList<Bubble> ReadLines(IReadOnlyList<PageLine> lines, IReadOnlyList<PageWord> words)
    {
        var read = new List<Bubble>();
        foreach (var line in lines)
        {
            var own = words.Where(word => IsInside(word, line)).OrderBy(word => word.X).ToList();
            var tesseract = own.Count == 0 ? 0 : own.Average(word => word.Confidence) / 100;
            var (text, agreement) = ReadingMerge.Merge(line.Text, JoinWords(own, LetterHeight * line.Height), tesseract);
            var certain = agreement >= 1 ? Math.Max(line.Confidence, tesseract) : line.Confidence;
            var confidence = certain * (SingleReader + ((1 - SingleReader) * agreement));
            if (confidence < MinConfidence)
                text = "";
            read.Add(new Bubble(line.X, line.Y, line.Width, line.Height, text) { Confidence = confidence });
        }

        return read;
    }

    private static string JoinWords(List<PageWord> words, double letter)
    {
        var text = "";
        for (var i = 0; i < words.Count; i++)
        {
            var gap = i == 0 ? 0 : words[i].X - (words[i - 1].X + words[i - 1].Width);
            text += gap >= MinWordGap * letter ? $" {words[i].Text}" : words[i].Text;
        }

        return text;
    }

    /// <summary>Joins pieces of one line that were found apart.</summary>
    private static List<List<PageLine>> JoinPieces(IEnumerable<PageLine> lines)
    {
        var rows = new List<List<PageLine>>();
        foreach (var line in lines.OrderBy(line => line.X))
        {
            var row = rows.Find(row => IsBeside(row[^1], line));
            if (row is null)
                rows.Add([line]);
            else
                row.Add(line);
        }

        return rows;
    }

    private static List<PageLine> FindLastRow(List<PageLine> block) =>
        [.. block.Where(line => line.Y + (line.Height / 2) > block[^1].Y && line.Y < block[^1].Y + (block[^1].Height / 2))];

    private static PageLine CreateAround(IReadOnlyList<PageLine> lines)
    {
        double left = lines.Min(line => line.X), top = lines.Min(line => line.Y);
        return new(
            left, top, lines.Max(line => line.X + line.Width) - left, lines.Max(line => line.Y + line.Height) - top, "",
            lines.Min(line => line.Confidence));
    }

    private static double GetMiddle(PageLine line) => line.X + (line.Width / 2);

    private static bool IsBeside(PageLine line, PageLine next)
    {
        var (low, high) = line.Height < next.Height ? (line.Height, next.Height) : (next.Height, line.Height);
        var common = Math.Min(line.Y + line.Height, next.Y + next.Height) - Math.Max(line.Y, next.Y);
        var gap = next.X - (line.X + line.Width);
        return common >= MinPieceOverlap * low && Math.Abs(gap) < MaxPieceGap * low && high < MaxHeightRatio * low;
    }

    private static bool IsBelow(PageLine line, PageLine next)
    {
        var (low, high) = line.Height < next.Height ? (line.Height, next.Height) : (next.Height, line.Height);
        var common = Math.Min(line.X + line.Width, next.X + next.Width) - Math.Max(line.X, next.X);
        return common >= MinCommonWidth * Math.Min(line.Width, next.Width)
            && high < MaxHeightRatio * low && next.Y - (line.Y + line.Height) < MaxGap * high && next.Y > line.Y;
    }

    private static bool IsInside(PageWord word, PageLine line)
    {
        double x = word.X + (word.Width / 2), y = word.Y + (word.Height / 2);
        return x >= line.X && x <= line.X + line.Width && y >= line.Y && y <= line.Y + line.Height;
    }
}
