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

    // Seconds of a silent shot.
    private const double MinSilentSeconds = 1.2;
    private const double MaxSilentSeconds = 4;
    private const double SilentSecondsForPage = 1;
    private const double SilentSecondsForDetail = 1.5;

    /// <summary>Share of busy cells that usual panels have, by <see cref="Panels.PanelDetail"/>.</summary>
    private const double UsualDetail = 0.4;

    /// <summary>Words per second of a silent reader.</summary>
    private const double WordsPerSecond = 2.7;

    /// <summary>Japanese characters that count as one word.</summary>
    private const double CharactersPerWord = 2.5;

    /// <summary>
    /// Computes the seconds of a shot: the duration in the script, or the time that the panel and its words need.
    /// </summary>
    /// <param name="page">The shot's page.</param>
    /// <param name="speech">Length of the spoken line in seconds; null if nothing is spoken. A shot never ends before its speech.</param>
    public static double GetSeconds(ScriptShot shot, ScriptPage page, double? speech = null)
    {
        var share = (double)shot.Panel.Width * shot.Panel.Height / ((double)page.Width * page.Height);
        var needed = shot.Line is null
            ? GetSilentSeconds(share, UsualDetail)
            : Math.Clamp(MinSeconds + (SecondsForPage * share) + (CountWords(shot.Line) / WordsPerSecond), MinSeconds, MaxSeconds);
        var seconds = shot.Duration ?? needed;
        return speech is { } length ? Math.Max(seconds, length + SecondsAfterSpeech) : seconds;
    }

    /// <summary>Computes the seconds of a shot without a line: short, unless the picture is large or has much to see.</summary>
    /// <param name="share">Share of the page that the panel fills, 0 to 1.</param>
    /// <param name="detail">Share of the panel's cells that are busy, by <see cref="Panels.PanelDetail"/>.</param>
    public static double GetSilentSeconds(double share, double detail)
    {
        var more = Math.Max(0, detail - UsualDetail) / (1 - UsualDetail);
        var seconds = MinSilentSeconds + (SilentSecondsForPage * share) + (SilentSecondsForDetail * more);
        return Math.Round(Math.Clamp(seconds, MinSilentSeconds, MaxSilentSeconds), 1);
    }

    private static double CountWords(string line)
    {
        var japanese = line.Count(Letters.IsJapanese);
        return japanese > 0 ? japanese / CharactersPerWord : line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
    }
}
