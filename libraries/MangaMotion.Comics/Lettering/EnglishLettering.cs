using System.Text;

namespace MangaMotion.Comics.Lettering;

/// <summary>Makes lines of the words that were read in a panel with English lettering.</summary>
public static class EnglishLettering
{
    private const double SureWord = 80;

    /// <summary>Enough for a word that stands in one line with a sure one; a gap in a sentence is worse than a slip of a letter.</summary>
    private const double LikelyWord = 50;

    /// <summary>Of a line's height: lines of one bubble are no farther apart.</summary>
    private const double LineGap = 1.1;
    private const double WordGap = 2;

    /// <summary>Words of one bubble, in lines from above.</summary>
    /// <remarks>What the reader was not sure of is left out: a silent panel is better than a wrong line.</remarks>
    public static IReadOnlyList<Bubble> Bubbles(IEnumerable<SeenWord> words)
    {
        var lines = words
            .Where(word => word.Confidence >= LikelyWord && IsWord(word.Text))
            .GroupBy(word => word.Line)
            .SelectMany(Split)
            .Where(line => line.TrueForAll(IsSure) || line.Exists(word => IsSure(word) && word.Text.Count(char.IsLetter) > 1))
            .Select(Line)
            .OrderBy(line => line.Y)
            .ToList();
        var bubbles = new List<List<Bubble>>();
        foreach (var line in lines)
        {
            var above = bubbles.Where(bubble => Below(bubble[^1], line)).MinBy(bubble => line.Y - bubble[^1].Y);
            if (above is null)
                bubbles.Add([line]);
            else
                above.Add(line);
        }

        return [.. bubbles.Select(Join).Where(bubble => bubble.Text.Count(char.IsLetter) > 1)];
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

    private static Bubble Line(List<SeenWord> words)
    {
        var (left, top) = (words.Min(word => word.X), words.Min(word => word.Y));
        return new Bubble(
            left, top, words.Max(word => word.X + word.Width) - left, words.Max(word => word.Y + word.Height) - top, string.Join(' ', words.Select(word => word.Text)));
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

        var (left, top) = (lines.Min(line => line.X), lines[0].Y);
        return new Bubble(
            left, top, lines.Max(line => line.X + line.Width) - left, lines.Max(line => line.Y + line.Height) - top, SentenceCase.Of(text.ToString()));
    }

    private static bool IsSure(SeenWord word) => word.Confidence >= SureWord;

    /// <summary>Letters or a number, with the signs that are set at a word; anything else is a part of the drawing.</summary>
    private static bool IsWord(string text)
    {
        var letters = text.Count(char.IsAsciiLetterOrDigit);
        return letters > 0 && letters * 2 >= text.Length && text.All(letter => char.IsAsciiLetterOrDigit(letter) || ".,!?'’\"“”-–—…&:;$%()".Contains(letter))
            && (letters > 1 || text.Trim('.', ',', '!', '?', '"', '“', '”') is "I" or "A" or "a" or "O" || text.Any(char.IsAsciiDigit));
    }
}
