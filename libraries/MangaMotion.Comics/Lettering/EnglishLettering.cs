using System.Text;

namespace MangaMotion.Comics.Lettering;

/// <summary>Builds sentences from the recognised words of a page with English lettering.</summary>
/// <remarks>
/// The thresholds were chosen by hand on the bundled chapter, of which 91 of 92 words are read and none is invented. <c>LinesTests</c>
/// holds them. Confidences are 0 to 100. A silent panel is better than a wrong line, so uncertain words are dropped.
/// </remarks>
public static class EnglishLettering
{
    private const double CertainWord = 80;

    /// <summary>Confidence of a word that is kept beside a certain one: a gap in a sentence is worse than one wrong letter.</summary>
    private const double LikelyWord = 50;

    /// <summary>Confidence of a whole block. It is lower than for single words because a block already looks like lettering.</summary>
    private const double CertainBlock = 70;

    /// <summary>Letters up to which a bubble must end with a punctuation mark: recognition reads drawings as short words.</summary>
    private const int FewLetters = 3;

    // Distances in line heights.
    private const double MaxLineGap = 1.1;
    private const double MinLineAdvance = 0.4;
    private const double MaxWordGap = 2;
    private const double MaxPieceGap = 1;
    private const double MinPieceOverlap = 0.6;
    private const double MaxPieceHeightRatio = 1.6;

    /// <summary>Builds the lines of one block. A block is lettering as a whole or not at all.</summary>
    public static IReadOnlyList<Bubble> BuildBlockLines(IReadOnlyList<PageWord> words)
    {
        var letters = words.Sum(word => word.Text.Length);
        var certain = letters > 0 && words.Sum(word => word.Text.Length * word.Confidence) >= CertainBlock * letters;
        return certain ? BuildLines(words, CertainBlock) : [];
    }

    /// <summary>Builds lines from the words of one recognition run. The text stays as lettered, and no line spans two bubbles.</summary>
    public static IReadOnlyList<Bubble> BuildLines(IEnumerable<PageWord> words) => BuildLines(words, CertainWord);

    private static IReadOnlyList<Bubble> BuildLines(IEnumerable<PageWord> words, double minConfidence) =>
    [
        .. words
            .Where(word => word.Confidence >= LikelyWord && IsWord(word.Text))
            .GroupBy(word => word.Line)
            .SelectMany(SplitAtGaps)
            .Where(line => line.TrueForAll(word => word.Confidence >= minConfidence)
                || line.Exists(word => word.Confidence >= minConfidence && word.Text.Count(char.IsLetter) > 1))
            .Select(JoinWords),
    ];

    /// <summary>Builds the bubbles of one panel from its lines, in sentence case.</summary>
    public static IReadOnlyList<Bubble> BuildBubbles(IEnumerable<Bubble> lines)
    {
        var bubbles = new List<List<Bubble>>();
        foreach (var line in JoinPieces(lines).OrderBy(line => line.Y))
        {
            var above = bubbles.Where(bubble => IsLineBelow(bubble[^1], line)).MinBy(bubble => line.Y - bubble[^1].Y);
            if (above is null)
                bubbles.Add([line]);
            else
                above.Add(line);
        }

        return [.. bubbles.Where(IsLettering).Select(JoinLines)];
    }

    /// <summary>Builds the bubble of a block of lines, in sentence case; null if the block is a drawing.</summary>
    /// <param name="lines">Lines in reading order.</param>
    public static Bubble? BuildBubble(IEnumerable<Bubble> lines)
    {
        var read = lines.Where(line => line.Text.Length > 0).ToList();
        return read.Count > 0 && IsLettering(read) ? JoinLines(read) : null;
    }

    private static bool IsLettering(List<Bubble> lines)
    {
        var letters = lines.Sum(line => line.Text.Count(char.IsLetter));
        return letters > FewLetters || (letters > 1 && !char.IsLetterOrDigit(lines[^1].Text[^1]));
    }

    /// <summary>Joins the pieces of one line that were recognised separately.</summary>
    private static List<Bubble> JoinPieces(IEnumerable<Bubble> pieces)
    {
        var lines = new List<Bubble>();
        foreach (var piece in pieces.OrderBy(piece => piece.X))
        {
            var before = lines.FindIndex(line => Continues(line, piece));
            if (before < 0)
                lines.Add(piece);
            else
                lines[before] = CreateAround([lines[before], piece], $"{lines[before].Text} {piece.Text}");
        }

        return lines;
    }

    private static bool Continues(Bubble line, Bubble piece)
    {
        var overlap = Math.Min(line.Y + line.Height, piece.Y + piece.Height) - Math.Max(line.Y, piece.Y);
        var gap = piece.X - (line.X + line.Width);
        var (low, high) = line.Height < piece.Height ? (line.Height, piece.Height) : (piece.Height, line.Height);
        return overlap > MinPieceOverlap * low && high < MaxPieceHeightRatio * low && Math.Abs(gap) < MaxPieceGap * low;
    }

    /// <summary>Splits a recognised line at wide gaps: recognition joins the words of two bubbles at the same height.</summary>
    private static IEnumerable<List<PageWord>> SplitAtGaps(IEnumerable<PageWord> line)
    {
        var part = new List<PageWord>();
        foreach (var word in line.OrderBy(word => word.X))
        {
            if (part.Count > 0 && word.X - (part[^1].X + part[^1].Width) > MaxWordGap * Math.Max(word.Height, part[^1].Height))
            {
                yield return part;
                part = [];
            }

            part.Add(word);
        }

        yield return part;
    }

    private static Bubble JoinWords(List<PageWord> words) => CreateAround(
        words.ConvertAll(word => new Bubble(word.X, word.Y, word.Width, word.Height, word.Text) { Confidence = word.Confidence / 100 }),
        string.Join(' ', words.Select(word => word.Text)));

    private static Bubble CreateAround(List<Bubble> parts, string text)
    {
        var (left, top) = (parts.Min(part => part.X), parts.Min(part => part.Y));
        return new Bubble(left, top, parts.Max(part => part.X + part.Width) - left, parts.Max(part => part.Y + part.Height) - top, text)
        {
            Confidence = parts.Min(part => part.Confidence),
        };
    }

    private static bool IsLineBelow(Bubble line, Bubble next)
    {
        var height = Math.Max(line.Height, next.Height);
        var overlap = Math.Min(line.X + line.Width, next.X + next.Width) - Math.Max(line.X, next.X);
        return overlap > 0 && next.Y - (line.Y + line.Height) < MaxLineGap * height && next.Y > line.Y + (MinLineAdvance * line.Height);
    }

    private static Bubble JoinLines(List<Bubble> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            // "SOME-" and "THING" are one word.
            if (text.Length > 1 && text[^1] == '-' && char.IsLetter(text[^2]) && char.IsLetter(line.Text[0]))
                text.Length--;
            else if (text.Length > 0)
                text.Append(' ');
            text.Append(line.Text);
        }

        return CreateAround(lines, SentenceCase.Convert(RemoveStrayQuotes(text.ToString())));
    }

    /// <summary>
    /// Removes quotes without a counterpart, which are specks beside letters. The apostrophes of "dancin'" and "the cats'" stay.
    /// </summary>
    private static string RemoveStrayQuotes(string text)
    {
        if (text.Count(letter => letter is '"' or '“' or '”') % 2 == 1)
            text = string.Concat(text.Where(letter => letter is not ('"' or '“' or '”')));
        var at = text.AsSpan().IndexOfAny('\'', '’');
        if (at < 0 || at != text.AsSpan().LastIndexOfAny('\'', '’'))
            return text;
        var (before, after) = (at == 0 ? ' ' : text[at - 1], at + 1 == text.Length ? ' ' : text[at + 1]);
        var stray = before == ' '
            ? after == ' '
            : after is ' ' or '?' or '!' or '.' or ',' && char.ToLowerInvariant(before) is not ('n' or 's');
        return stray ? text.Remove(at, 1).Replace("  ", " ", StringComparison.Ordinal).Trim() : text;
    }

    /// <summary>Whether text is a word or number with punctuation; any other text is part of the drawing.</summary>
    private static bool IsWord(string text)
    {
        var letters = text.Count(char.IsAsciiLetterOrDigit);
        return letters > 0 && letters * 2 >= text.Length
            && text.All(letter => char.IsAsciiLetterOrDigit(letter) || ".,!?'’\"“”-–—…&:;$%()".Contains(letter))
            && (letters > 1 || text.Trim('.', ',', '!', '?', '"', '“', '”') is "I" or "A" or "a" or "O" || text.Any(char.IsAsciiDigit));
    }
}
