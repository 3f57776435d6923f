using System.Text;

namespace MangaMotion.Comics.Lettering;

/// <summary>Makes sentences of the words that were read on a page with English lettering.</summary>
public static class EnglishLettering
{
    private const double SureWord = 80;

    /// <summary>Enough for a word that stands in one line with a sure one; a gap in a sentence is worse than a slip of a letter.</summary>
    private const double LikelyWord = 50;

    /// <summary>Of a line's height: lines of one bubble are no farther apart.</summary>
    private const double LineGap = 1.1;
    private const double WordGap = 2;

    /// <summary>The same for pieces that were read apart, and may be of two bubbles.</summary>
    private const double PieceGap = 1;

    /// <summary>Pixels of a letter that the reader likes best.</summary>
    private const double ReadGlyph = 60;

    /// <summary>Less than for words found anywhere: what has the looks of lettering is lettering more often.</summary>
    private const double SureBlock = 70;

    /// <summary>A bubble of no more letters must end with a sign, as lettered words do: drawings are read as short words.</summary>
    private const int FewLetters = 3;

    /// <summary>The block as a picture for the reader, without what is drawn beside it.</summary>
    /// <param name="grey">The page's pixels, row after row without gaps.</param>
    public static TextCrop Crop(ReadOnlySpan<byte> grey, int width, int height, TextBlock block) => TextCrop.Of(grey, width, height, block, ReadGlyph);

    /// <summary>The lines of a block, in which all is lettering or nothing is.</summary>
    public static IReadOnlyList<Bubble> BlockLines(IReadOnlyList<SeenWord> words)
    {
        var letters = words.Sum(word => word.Text.Length);
        return letters > 0 && words.Sum(word => word.Text.Length * word.Confidence) >= SureBlock * letters ? Lines(words, SureBlock) : [];
    }

    /// <summary>Lines of words of one reading, each in one bubble, as they are lettered.</summary>
    /// <remarks>What the reader was not sure of is left out: a silent panel is better than a wrong line.</remarks>
    public static IReadOnlyList<Bubble> Lines(IEnumerable<SeenWord> words) => Lines(words, SureWord);

    private static IReadOnlyList<Bubble> Lines(IEnumerable<SeenWord> words, double sure) =>
    [
        .. words
            .Where(word => word.Confidence >= LikelyWord && IsWord(word.Text))
            .GroupBy(word => word.Line)
            .SelectMany(Split)
            .Where(line => line.TrueForAll(word => word.Confidence >= sure) || line.Exists(word => word.Confidence >= sure && word.Text.Count(char.IsLetter) > 1))
            .Select(Line),
    ];

    /// <summary>The bubbles that the lines of one panel make up, in sentence case.</summary>
    public static IReadOnlyList<Bubble> Bubbles(IEnumerable<Bubble> lines)
    {
        var bubbles = new List<List<Bubble>>();
        foreach (var line in Whole(lines).OrderBy(line => line.Y))
        {
            var above = bubbles.Where(bubble => Below(bubble[^1], line)).MinBy(bubble => line.Y - bubble[^1].Y);
            if (above is null)
                bubbles.Add([line]);
            else
                above.Add(line);
        }

        return [.. bubbles.Where(IsLettering).Select(Join)];
    }

    private static bool IsLettering(List<Bubble> lines)
    {
        var letters = lines.Sum(line => line.Text.Count(char.IsLetter));
        return letters > FewLetters || (letters > 1 && !char.IsLetterOrDigit(lines[^1].Text[^1]));
    }

    /// <summary>Joins pieces of one line that were read apart.</summary>
    private static List<Bubble> Whole(IEnumerable<Bubble> pieces)
    {
        var lines = new List<Bubble>();
        foreach (var piece in pieces.OrderBy(piece => piece.X))
        {
            var before = lines.FindIndex(line => Continues(line, piece));
            if (before < 0)
                lines.Add(piece);
            else
                lines[before] = Around([lines[before], piece], $"{lines[before].Text} {piece.Text}");
        }

        return lines;
    }

    private static bool Continues(Bubble line, Bubble piece)
    {
        var overlap = Math.Min(line.Y + line.Height, piece.Y + piece.Height) - Math.Max(line.Y, piece.Y);
        var gap = piece.X - (line.X + line.Width);
        var (low, high) = line.Height < piece.Height ? (line.Height, piece.Height) : (piece.Height, line.Height);
        return overlap > 0.6 * low && high < 1.6 * low && Math.Abs(gap) < PieceGap * low;
    }

    /// <summary>The reader takes words of two bubbles at one height for one line.</summary>
    private static IEnumerable<List<SeenWord>> Split(IEnumerable<SeenWord> line)
    {
        var part = new List<SeenWord>();
        foreach (var word in line.OrderBy(word => word.X))
        {
            if (part.Count > 0 && word.X - (part[^1].X + part[^1].Width) > WordGap * Math.Max(word.Height, part[^1].Height))
            {
                yield return part;
                part = [];
            }

            part.Add(word);
        }

        yield return part;
    }

    private static Bubble Line(List<SeenWord> words) =>
        Around(words.ConvertAll(word => new Bubble(word.X, word.Y, word.Width, word.Height, word.Text)), string.Join(' ', words.Select(word => word.Text)));

    private static Bubble Around(List<Bubble> parts, string text)
    {
        var (left, top) = (parts.Min(part => part.X), parts.Min(part => part.Y));
        return new Bubble(left, top, parts.Max(part => part.X + part.Width) - left, parts.Max(part => part.Y + part.Height) - top, text);
    }

    private static bool Below(Bubble line, Bubble next)
    {
        var height = Math.Max(line.Height, next.Height);
        var overlap = Math.Min(line.X + line.Width, next.X + next.Width) - Math.Max(line.X, next.X);
        return overlap > 0 && next.Y - (line.Y + line.Height) < LineGap * height && next.Y > line.Y + (0.4 * line.Height);
    }

    private static Bubble Join(List<Bubble> lines)
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

        return Around(lines, SentenceCase.Of(WithoutStrayQuotes(text.ToString())));
    }

    /// <summary>Specks beside letters are read as quotes. A quote that has no other is none, but for the apostrophe of "dancin'" and "the cats'".</summary>
    private static string WithoutStrayQuotes(string text)
    {
        if (text.Count(letter => letter is '"' or '“' or '”') % 2 == 1)
            text = string.Concat(text.Where(letter => letter is not ('"' or '“' or '”')));
        var at = text.AsSpan().IndexOfAny('\'', '’');
        if (at < 0 || at != text.AsSpan().LastIndexOfAny('\'', '’'))
            return text;
        var (before, after) = (at == 0 ? ' ' : text[at - 1], at + 1 == text.Length ? ' ' : text[at + 1]);
        var stray = before == ' ' ? after == ' ' : after is ' ' or '?' or '!' or '.' or ',' && char.ToLowerInvariant(before) is not ('n' or 's');
        return stray ? text.Remove(at, 1).Replace("  ", " ", StringComparison.Ordinal).Trim() : text;
    }

    /// <summary>Letters or a number, with the signs that are set at a word; anything else is a part of the drawing.</summary>
    private static bool IsWord(string text)
    {
        var letters = text.Count(char.IsAsciiLetterOrDigit);
        return letters > 0 && letters * 2 >= text.Length && text.All(letter => char.IsAsciiLetterOrDigit(letter) || ".,!?'’\"“”-–—…&:;$%()".Contains(letter))
            && (letters > 1 || text.Trim('.', ',', '!', '?', '"', '“', '”') is "I" or "A" or "a" or "O" || text.Any(char.IsAsciiDigit));
    }
}
