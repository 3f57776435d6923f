namespace MangaMotion.Benchmarks.Lettering;

/// <summary>Compares the lettering that was read with the truth, page by page. Only letters and digits count.</summary>
internal sealed class LetteringScore
{
    private int _letters, _edits;

    /// <summary>Pieces of lettering in the truth.</summary>
    public int Texts { get; private set; }

    /// <summary>Pieces whose letters were all read, next to each other and in order.</summary>
    public int Complete { get; private set; }

    /// <summary>Lines that were read.</summary>
    public int Lines { get; private set; }

    /// <summary>Lines that hold a letter that is not in the truth at that place.</summary>
    public int WrongLines { get; private set; }

    public double CompleteShare => Texts == 0 ? 1 : (double)Complete / Texts;

    /// <summary>
    /// Levenshtein distance between all letters of a page in reading order and those of the truth, by letters of the truth.
    /// </summary>
    public double ErrorRate => _letters == 0 ? 0 : (double)_edits / _letters;

    /// <summary>Adds a page.</summary>
    /// <returns>The lines with whether each is free of errors, and the texts that were not read.</returns>
    public (IReadOnlyList<(
        string Line, bool Right)> Lines, IReadOnlyList<string> Missed) Add(IReadOnlyList<string> texts, IReadOnlyList<string> lines)
    {
        var truth = texts.Select(LetteringTruth.KeepLetters).ToList();
        var read = lines.Select(LetteringTruth.KeepLetters).ToList();
        _letters += truth.Sum(text => text.Length);
        _edits += CountEdits(string.Concat(read), string.Concat(truth));

        // A text is found once: "NO" is not read because another bubble holds "NOW".
        var rest = string.Join('\n', read);
        var missed = new List<string>();
        foreach (var (text, letters) in texts.Zip(truth).OrderByDescending(pair => pair.Second.Length))
        {
            var at = rest.IndexOf(letters, StringComparison.Ordinal);
            if (at < 0)
                missed.Add(text);
            else
                rest = $"{rest[..at]}\t{rest[(at + letters.Length)..]}";
        }

        Texts += texts.Count;
        Complete += texts.Count - missed.Count;
        // What the texts do not explain is wrong.
        var judged = lines.Zip(rest.Split('\n'), (line, left) => (line, Right: left.All(letter => letter == '\t'))).ToList();
        Lines += judged.Count;
        WrongLines += judged.Count(line => !line.Right);
        return (judged, missed);
    }

    private static int CountEdits(string read, string truth)
    {
        var row = Enumerable.Range(0, truth.Length + 1).ToArray();
        for (var i = 1; i <= read.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= truth.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (read[i - 1] == truth[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[truth.Length];
    }
}
