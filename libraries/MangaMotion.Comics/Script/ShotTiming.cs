namespace MangaMotion.Comics.Script;

/// <summary>Computes how long a shot is shown.</summary>
/// <remarks>The seconds were chosen by hand; <c>ScriptTests</c> holds them.</remarks>
public static class ShotTiming
{
    private const double MinSeconds = 2.5;
    private const double MaxSeconds = 7;
    private const double SecondsAfterSpeech = 0.6;

    /// <summary>Seconds added for a panel that fills its page.</summary>
    private const double SecondsForPage = 1.5;

    /// <summary>Words per second of a silent reader.</summary>
    private const double WordsPerSecond = 2.7;

    /// <summary>Japanese characters that count as one word.</summary>
    private const double CharactersPerWord = 2.5;

    /// <summary>Computes the seconds of a shot: the duration in the script, or the time that the panel and its words need.</summary>
    /// <param name="page">The shot's page.</param>
    /// <param name="speech">Length of the spoken line in seconds; null if nothing is spoken. A shot never ends before its speech.</param>
    /// <param name="detail">Seconds added for a detailed panel, 0 to 1.</param>
    public static double GetSeconds(ScriptShot shot, ScriptPage page, double? speech = null, double detail = 0)
    {
        var share = (double)shot.Panel.Width * shot.Panel.Height / ((double)page.Width * page.Height);
        var needed = MinSeconds + (SecondsForPage * share) + detail + (CountWords(shot.Line) / WordsPerSecond);
        var seconds = shot.Duration ?? Math.Clamp(needed, MinSeconds, MaxSeconds);
        return speech is { } length ? Math.Max(seconds, length + SecondsAfterSpeech) : seconds;
    }

    private static double CountWords(string? line)
    {
        if (line is null)
            return 0;
        var japanese = line.Count(Letters.IsJapanese);
        return japanese > 0 ? japanese / CharactersPerWord : line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
    }
}
