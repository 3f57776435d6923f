using System.Text;
using MangaMotion.Comics.Script;

namespace MangaMotion.Comics.Subtitles;

/// <summary>A word as written, with its time in seconds.</summary>
public readonly record struct TimedWord(string Text, double Start, double End);

/// <summary>What is shown at once: one or two lines.</summary>
/// <param name="Start">Seconds into the video.</param>
/// <param name="End">Seconds into the video.</param>
public sealed record SubtitleCue(double Start, double End, string Text)
{
    /// <summary>Cells of a line; a Japanese character takes two.</summary>
    private const int LineCells = 42;

    /// <summary>A cue stays a little after its last word, to be read to the end, if no other follows.</summary>
    private const double Linger = 0.5;

    private const string ClauseEnds = ".,;:!?…。、！？」";

    /// <summary>Cues of one spoken line: a cue ends where a clause does, or where two lines are full.</summary>
    /// <param name="words">In their order, in seconds into the video.</param>
    /// <param name="until">When the line's shot ends: no cue is shown longer.</param>
    public static IReadOnlyList<SubtitleCue> Create(IReadOnlyList<TimedWord> words, double until)
    {
        var cues = new List<SubtitleCue>();
        for (var from = 0; from < words.Count;)
        {
            var to = EndOfCue(words, from);
            var last = words[to - 1].End + Linger;
            var end = to < words.Count ? Math.Min(last, words[to].Start) : Math.Min(last, until);
            cues.Add(new SubtitleCue(words[from].Start, Math.Max(end, words[to - 1].End), Lines(words, from, to)));
            from = to;
        }

        return cues;
    }

    /// <summary>As many whole clauses as two lines hold; where not even one fits, as many words.</summary>
    private static int EndOfCue(IReadOnlyList<TimedWord> words, int from)
    {
        int to = from + 1, clause = 0;
        while (true)
        {
            if (ClauseEnds.Contains(words[to - 1].Text[^1], StringComparison.Ordinal) || to == words.Count)
                clause = to;
            // A sentence is a cue even where more would fit: the next one is another breath.
            if (to == words.Count || (clause == to && ".!?。！？".Contains(words[to - 1].Text[^1], StringComparison.Ordinal) && Cells(words, from, to) > LineCells / 2))
                return to;
            if (Split(words, from, to + 1) is null)
                return clause > 0 ? clause : to;
            to++;
        }
    }

    private static string Lines(IReadOnlyList<TimedWord> words, int from, int to)
    {
        var split = Split(words, from, to) ?? to;
        return split == to ? Joined(words, from, to) : $"{Joined(words, from, split)}\n{Joined(words, split, to)}";
    }

    /// <summary>Where the second line starts: the end for one line; null where two lines do not hold the words. A single word always fits.</summary>
    private static int? Split(IReadOnlyList<TimedWord> words, int from, int to)
    {
        if (Cells(words, from, to) <= LineCells || to == from + 1)
            return to;

        // The lines are as equal as they can be, with the clause's end as the better place.
        return Enumerable.Range(from + 1, to - from - 1)
            .Select(at => (At: at, First: Cells(words, from, at), Second: Cells(words, at, to)))
            .Where(split => split.First <= LineCells && split.Second <= LineCells)
            .OrderBy(split => Math.Abs(split.First - split.Second) - (ClauseEnds.Contains(words[split.At - 1].Text[^1], StringComparison.Ordinal) ? 12 : 0))
            .Select(split => (int?)split.At)
            .FirstOrDefault();
    }

    private static int Cells(IReadOnlyList<TimedWord> words, int from, int to) => Joined(words, from, to).Sum(letter => letter > '\u2E80' ? 2 : 1);

    /// <summary>Words with spaces between them, but none beside Japanese.</summary>
    private static string Joined(IReadOnlyList<TimedWord> words, int from, int to)
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
