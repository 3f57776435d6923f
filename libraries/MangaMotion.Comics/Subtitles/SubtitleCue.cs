using System.Text;
using MangaMotion.Comics.Script;

namespace MangaMotion.Comics.Subtitles;

/// <summary>Word as written, with its time in seconds.</summary>
public readonly record struct TimedWord(string Text, double Start, double End);

/// <summary>Text shown at one time: one or two lines.</summary>
/// <param name="Start">Seconds since the start of the video.</param>
/// <param name="End">Seconds since the start of the video.</param>
public sealed record SubtitleCue(double Start, double End, string Text)
{
    /// <summary>Width of a line in cells. A Japanese character has two cells. 42 is the usual limit of broadcast subtitles.</summary>
    public const int DefaultLineCells = 42;

    /// <summary>Seconds for which a cue stays after its last word if no other follows.</summary>
    internal const double Linger = 0.5;

    /// <summary>Cells by which two lines may differ in length if the first one ends with a clause.</summary>
    private const int ClauseBonus = 12;

    private const string ClauseEnds = ".,;:!?…。、！？」";
    private const string SentenceEnds = ".!?。！？";

    /// <summary>Splits one spoken line into cues. A cue ends with a clause, or where two lines are full.</summary>
    /// <param name="words">Words in spoken order, in seconds since the start of the video.</param>
    /// <param name="until">End of the line's shot in seconds; no cue is shown longer.</param>
    /// <param name="lineCells">Width of a line in cells.</param>
    public static IReadOnlyList<SubtitleCue> SplitLine(
        IReadOnlyList<TimedWord> words, double until, int lineCells = DefaultLineCells)
    {
        var cues = new List<SubtitleCue>();
        for (var from = 0; from < words.Count;)
        {
            var to = FindEndOfCue(words, from, lineCells);
            cues.Add(new SubtitleCue(words[from].Start, FindEnd(words, from, to, until), BreakLines(words, from, to, lineCells)));
            from = to;
        }

        return cues;
    }

    /// <summary>
    /// Finds the time at which a cue of some words ends: at the next word at the latest, even if a voice says that its words overlap. Two
    /// cues at one time would be drawn one above the other.
    /// </summary>
    internal static double FindEnd(IReadOnlyList<TimedWord> words, int from, int to, double until) =>
        Math.Max(words[from].Start, Math.Min(words[to - 1].End + Linger, to < words.Count ? words[to].Start : until));

    /// <summary>Finds the end of the whole clauses that fit into two lines, or of the words that fit if not even one clause does.</summary>
    private static int FindEndOfCue(IReadOnlyList<TimedWord> words, int from, int lineCells)
    {
        int to = from + 1, clause = 0;
        while (true)
        {
            if (EndsWith(words[to - 1], ClauseEnds) || to == words.Count)
                clause = to;
            // A sentence of at least half a line is a cue of its own even if more words fit.
            if (to == words.Count || (clause == to && EndsWith(words[to - 1], SentenceEnds) && CountCells(words, from, to) > lineCells / 2))
                return to;
            if (FindLineBreak(words, from, to + 1, lineCells) is null)
                return clause > 0 ? clause : to;
            to++;
        }
    }

    internal static bool EndsClause(TimedWord word) => EndsWith(word, ClauseEnds);

    private static bool EndsWith(TimedWord word, string letters) => letters.Contains(word.Text[^1], StringComparison.Ordinal);

    private static string BreakLines(IReadOnlyList<TimedWord> words, int from, int to, int lineCells)
    {
        var second = FindLineBreak(words, from, to, lineCells) ?? to;
        return second == to ? JoinWords(words, from, to) : $"{JoinWords(words, from, second)}\n{JoinWords(words, second, to)}";
    }

    /// <summary>
    /// Finds the first word of the second line. Returns the end if one line is enough, and null if two lines are too short.
    /// </summary>
    /// <remarks>A single word always fits.</remarks>
    private static int? FindLineBreak(IReadOnlyList<TimedWord> words, int from, int to, int lineCells)
    {
        if (CountCells(words, from, to) <= lineCells || to == from + 1)
            return to;

        // Lines of similar length, preferably broken at the end of a clause.
        return Enumerable.Range(from + 1, to - from - 1)
            .Select(at => (At: at, First: CountCells(words, from, at), Second: CountCells(words, at, to)))
            .Where(split => split.First <= lineCells && split.Second <= lineCells)
            .OrderBy(split => Math.Abs(split.First - split.Second) - (EndsWith(words[split.At - 1], ClauseEnds) ? ClauseBonus : 0))
            .Select(split => (int?)split.At)
            .FirstOrDefault();
    }

    internal static int CountCells(IReadOnlyList<TimedWord> words, int from, int to) =>
        JoinWords(words, from, to).Sum(letter => letter > '\u2E80' ? 2 : 1);

    /// <summary>Joins words with spaces, except beside Japanese.</summary>
    internal static string JoinWords(IReadOnlyList<TimedWord> words, int from, int to)
    {
        var text = new StringBuilder(words[from].Text);
        for (var i = from + 1; i < to; i++)
        {
            if (!Letters.IsJapanese(words[i].Text[0]) && !Letters.IsJapanese(words[i - 1].Text[0]))
                text.Append(' ');
            text.Append(words[i].Text);
        }

        return text.ToString();
    }
}
