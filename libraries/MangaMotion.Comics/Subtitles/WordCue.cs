namespace MangaMotion.Comics.Subtitles;

/// <summary>A few words shown at one time while one of them is spoken.</summary>
/// <param name="Start">Seconds since the start of the video.</param>
/// <param name="End">Seconds since the start of the video.</param>
/// <param name="SpokenAt">First character of the spoken word in the text.</param>
/// <param name="SpokenLength">Number of its characters.</param>
public sealed record WordCue(double Start, double End, string Text, int SpokenAt, int SpokenLength)
{
    /// <summary>Number of words that the eye takes in at once. Japanese words are shorter, and only the width limits them.</summary>
    private const int MaxWords = 3;

    /// <summary>Splits one spoken line into cues, one for each word.</summary>
    /// <param name="words">Words in spoken order, in seconds since the start of the video.</param>
    /// <param name="until">End of the line's shot in seconds; no cue is shown longer.</param>
    /// <param name="lineCells">Width of the line in cells; a single word always fits.</param>
    public static IReadOnlyList<WordCue> SplitLine(IReadOnlyList<TimedWord> words, double until, int lineCells)
    {
        var cues = new List<WordCue>();
        for (var from = 0; from < words.Count;)
        {
            var to = FindEnd(words, from, lineCells);
            var text = SubtitleCue.JoinWords(words, from, to);
            var at = 0;
            for (var i = from; i < to; i++)
            {
                at = text.IndexOf(words[i].Text, at, StringComparison.Ordinal);
                cues.Add(new(words[i].Start, SubtitleCue.FindEnd(words, i, i + 1, until), text, at, words[i].Text.Length));
                at += words[i].Text.Length;
            }

            from = to;
        }

        return cues;
    }

    private static int FindEnd(IReadOnlyList<TimedWord> words, int from, int lineCells)
    {
        var to = from + 1;
        while (to < words.Count && !SubtitleCue.EndsClause(words[to - 1])
            && SubtitleCue.CountCells(words, from, to + 1) <= lineCells
            && (to - from < MaxWords || Script.Letters.IsJapanese(words[to].Text[0])))
        {
            to++;
        }

        return to;
    }
}
