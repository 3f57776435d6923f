namespace MangaMotion.Comics.Script;

/// <summary>How long a shot is shown.</summary>
public static class ShotTiming
{
    private const double Shortest = 2.5;
    private const double Longest = 7;
    private const double AfterSpeech = 0.6;

    /// <summary>Words of a silent reader a second; a word of Japanese is about two characters and a half.</summary>
    private const double WordsPerSecond = 2.7;
    private const double CharactersPerWord = 2.5;

    /// <summary>Seconds of a shot: what the script says, or as long as the panel, its words and their speech need.</summary>
    /// <param name="page">The shot's page.</param>
    /// <param name="speech">Length of the spoken line in seconds; null where nothing is spoken.</param>
    /// <param name="detail">0..1: how much there is to see in the panel.</param>
    /// <remarks>The speech is never cut off, whatever the script says.</remarks>
    public static double Seconds(ScriptShot shot, ScriptPage page, double? speech = null, double detail = 0)
    {
        var share = (double)shot.Panel.Width * shot.Panel.Height / ((double)page.Width * page.Height);
        var seconds = shot.Duration ?? Math.Clamp(Shortest + (1.5 * share) + detail + (Words(shot.Line) / WordsPerSecond), Shortest, Longest);
        return speech is { } length ? Math.Max(seconds, length + AfterSpeech) : seconds;
    }

    private static double Words(string? line)
    {
        if (line is null)
            return 0;
        var japanese = line.Count(Letters.IsJapanese);
        return japanese > 0 ? japanese / CharactersPerWord : line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
    }
}
