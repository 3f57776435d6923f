namespace MangaMotion.Film.Speech;

/// <summary>Times for words whose voice does not tell them.</summary>
internal static class WordTimes
{
    /// <summary>
    /// Shares a span among its words by how long each takes to say: kana are a beat each, other words take a beat for every second letter
    /// or so.
    /// </summary>
    public static IReadOnlyList<SpokenWord> Spread(IReadOnlyList<SpeechWord> words, double from, double to)
    {
        var spread = new List<SpokenWord>(words.Count);
        var beats = words.Sum(Beats);
        foreach (var word in words)
        {
            var end = spread.Count == words.Count - 1 ? to : from + ((to - from) * Beats(word) / beats);
            spread.Add(new SpokenWord(word.Shown, from, end));
            (beats, from) = (beats - Beats(word), end);
        }

        return spread;
    }

    private static double Beats(SpeechWord word) =>
        Math.Max(1, word.Spoken.Sum(sign => sign is >= 'ァ' and <= 'ー' or >= 'ぁ' and <= 'ん'
            ? "ァィゥェォャュョヮぁぃぅぇぉゃゅょ".Contains(sign, StringComparison.Ordinal) ? 0 : 1
            : char.IsDigit(sign) ? 1.5 : char.IsLetter(sign) ? 0.5 : 0));
}
