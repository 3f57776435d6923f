using System.Text;

namespace MangaMotion.Film.Speech;

/// <summary>A word that is said otherwise than it is written.</summary>
/// <param name="Word">Word or words as they are written, upper and lower case alike.</param>
/// <param name="Say">Letters that a voice reads right.</param>
public sealed record WordSpelling(string Word, string Say);

/// <summary>
/// A line for a voice, in which words are spelled as they are said, and the way back: the words that the voice has timed get the text that
/// is shown.
/// </summary>
public sealed class Respelling
{
    private readonly string _line;
    private readonly IReadOnlyList<Replacement> _replacements;

    private Respelling(string line, string text, IReadOnlyList<Replacement> replacements) =>
        (_line, Text, _replacements) = (line, text, replacements);

    /// <summary>The line as it is spoken.</summary>
    public string Text { get; }

    /// <summary>
    /// Spells the words of a line. A word between letters is none of them, except in Japanese. Words that would make the line longer than
    /// <see cref="SpeechRequest.MaxCharacters"/> stay as they are.
    /// </summary>
    public static Respelling Create(string line, IReadOnlyList<WordSpelling> spellings)
    {
        if (spellings.Count == 0)
            return new(line, line, []);
        var shown = SpeechText.Clean(line).Normalize(NormalizationForm.FormC);
        // A line in capitals stays one: it is read by other rules than a mixed one.
        var shouted = shown.Any(char.IsUpper) && !shown.Any(char.IsLower);
        WordSpelling[] longestFirst = [.. spellings.OrderByDescending(spelling => spelling.Word.Length)];
        var (text, replacements) = (new StringBuilder(), new List<Replacement>());
        for (var at = 0; at < shown.Length;)
        {
            var found = Array.Find(longestFirst, spelling => IsAt(shown, at, spelling.Word));
            var say = found is null ? "" : SpeechText.Clean(shouted ? found.Say.ToUpperInvariant() : found.Say);
            if (say.Length == 0 || text.Length + say.Length + shown.Length - at > SpeechRequest.MaxCharacters)
            {
                text.Append(shown[at++]);
                continue;
            }

            replacements.Add(new(text.Length, text.Length + say.Length, shown.Substring(at, found!.Word.Length)));
            text.Append(say);
            at += found.Word.Length;
        }

        return replacements.Count == 0 ? new(line, line, []) : new(shown, $"{text}", replacements);
    }

    /// <summary>Joins the words that a spelling became, and gives them the text that is shown.</summary>
    /// <param name="words">Words of <see cref="Text"/> in their order.</param>
    /// <param name="read">Reads the text of a word.</param>
    /// <param name="join">Joins words under a text.</param>
    /// <returns>The words as shown; one word for the whole line if the words are not those of <see cref="Text"/>.</returns>
    public IReadOnlyList<T> Restore<T>(IReadOnlyList<T> words, Func<T, string> read, Func<IReadOnlyList<T>, string, T> join)
    {
        if (_replacements.Count == 0 || words.Count == 0)
            return words;
        if (FindRanges(words.Select(read)) is not { } ranges)
            return [join(words, _line)];

        var (restored, used) = (new List<T>(), 0);
        for (var from = 0; from < words.Count;)
        {
            var (start, end, to) = (ranges[from].Start, ranges[from].End, from + 1);
            var first = used;
            while (used < _replacements.Count && _replacements[used] is var replacement && replacement.Start < end)
            {
                (start, end) = (Math.Min(start, replacement.Start), Math.Max(end, replacement.End));
                while (to < words.Count && ranges[to].Start < end)
                    end = Math.Max(end, ranges[to++].End);
                used++;
            }

            restored.Add(used == first ? words[from] : join([.. words.Skip(from).Take(to - from)], ReadShown(start, end)));
            from = to;
        }

        return used == _replacements.Count ? restored : [join(words, _line)];
    }

    private static bool IsAt(string line, int at, string word)
    {
        var end = at + word.Length;
        return string.Compare(line, at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) == 0 && end <= line.Length
            && !(at > 0 && Continues(line[at - 1], line[at])) && !(end < line.Length && Continues(line[end - 1], line[end]));

        static bool Continues(char left, char right) =>
            char.IsLetterOrDigit(left) && char.IsLetterOrDigit(right) && left < FirstJapanese && right < FirstJapanese;
    }

    /// <summary>Japanese, Chinese and Korean write no blanks between words, or none before endings.</summary>
    private const char FirstJapanese = '\u2e80';

    /// <summary>Finds where each word stands in the spoken text. Readers leave out blanks and signs; they change nothing else.</summary>
    private List<(int Start, int End)>? FindRanges(IEnumerable<string> texts)
    {
        var (ranges, at) = (new List<(int, int)>(), 0);
        foreach (var text in texts)
        {
            var start = -1;
            foreach (var sign in text.Where(sign => !char.IsWhiteSpace(sign)))
            {
                at = Text.IndexOf(sign, at) + 1;
                if (at == 0)
                    return null;
                start = start < 0 ? at - 1 : start;
            }

            ranges.Add((start < 0 ? at : start, at));
        }

        return ranges;
    }

    private string ReadShown(int start, int end)
    {
        var shown = new StringBuilder();
        var at = start;
        foreach (var replacement in _replacements.Where(each => each.Start >= start && each.End <= end))
        {
            shown.Append(Text, at, replacement.Start - at).Append(replacement.Shown);
            at = replacement.End;
        }

        return shown.Append(Text, at, end - at).ToString().Trim();
    }

    /// <param name="Start">First character in the spoken text.</param>
    /// <param name="End">Character behind the last one in the spoken text.</param>
    private sealed record Replacement(int Start, int End, string Shown);
}
