using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Script;

/// <summary>Computes how long a shot is shown.</summary>
/// <remarks>The seconds were chosen by hand; <c>ScriptTests</c> and <c>TimelineTests</c> hold them.</remarks>
public static class ShotTiming
{
    /// <summary>Seconds from the end of the incoming transition to the first word.</summary>
    public const double BeforeSpeech = 0.2;

    /// <summary>Seconds from the last word to the start of the outgoing transition.</summary>
    private const double AfterSpeech = 0.4;

    // Seconds of a shot whose line the viewer reads because no voice says it.
    private const double MinSeconds = 2.5;
    private const double MaxSeconds = 7;

    /// <summary>Seconds added for a panel that fills its page.</summary>
    private const double SecondsForPage = 1.5;

    // Seconds of a shot without a line, and minimum of a spoken one.
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
    /// Computes the minimum seconds of a shot: the duration in the script, or the time that the viewer needs for the panel and for a line
    /// that no voice says.
    /// </summary>
    /// <param name="page">The shot's page.</param>
    public static double GetSeconds(ScriptShot shot, ScriptPage page, bool isSpoken)
    {
        var share = (double)shot.Panel.Width * shot.Panel.Height / ((double)page.Width * page.Height);
        if (shot.Duration is { } duration)
            return duration;
        return shot.Line is null || isSpoken
            ? GetSilentSeconds(share, UsualDetail)
            : Math.Clamp(MinSeconds + (SecondsForPage * share) + (CountWords(shot.Line) / WordsPerSecond), MinSeconds, MaxSeconds);
    }

    /// <summary>
    /// Computes the seconds that a shot lasts after its last word: a short tail, or the time of a camera move to the part of the panel that
    /// lies behind the lettering, or to the picture if its lettering is wider than the frame and was read from farther away.
    /// </summary>
    /// <param name="fadeOut">Seconds of the outgoing transition, which are part of the shot.</param>
    public static double GetSecondsAfterSpeech(ScriptShot shot, FrameSize frame, ReadingDirection direction, double fadeOut)
    {
        var tail = AfterSpeech + fadeOut;
        // The camera moves while the voice speaks if no lettering holds it.
        if (shot.Duration is not null || shot.Lettering is not { Count: > 0 } boxes)
            return tail;
        var panel = shot.Panel;
        double width = panel.Width, height = panel.Height;
        var hasMore = (shot.Move ?? CameraPlan.ChooseMove(panel.Width, panel.Height, frame)) switch
        {
            CameraMove.Pan when boxes[^1].Width > CameraPlan.GetFullWindowWidth(height, frame) => true,
            CameraMove.Pan when direction == ReadingDirection.RightToLeft => IsLittle(panel.X + width - boxes.Min(box => box.X), width),
            CameraMove.Pan => IsLittle(boxes.Max(box => box.X + box.Width) - panel.X, width),
            CameraMove.TiltDown => IsLittle(boxes.Max(box => box.Y + box.Height) - panel.Y, height),
            _ => false,
        };
        return hasMore ? Math.Max(tail, CameraPlan.SecondsAfterLettering) : tail;

        static bool IsLittle(double read, double length) => read <= CameraPlan.MinTiltHeight * length;
    }

    /// <summary>Computes the seconds of a shot without a line: short, unless the picture is large or has much to see.</summary>
    /// <param name="share">Share of the page that the panel fills, 0 to 1.</param>
    /// <param name="detail">Share of the panel's cells that are busy, by <see cref="Panels.PanelDetail"/>.</param>
    /// <param name="hasLettering">Whether the panel has lettering that no voice says, so that the viewer reads it.</param>
    public static double GetSilentSeconds(double share, double detail, bool hasLettering = false)
    {
        var more = Math.Max(0, detail - UsualDetail) / (1 - UsualDetail);
        var seconds = MinSilentSeconds + (SilentSecondsForPage * share) + (SilentSecondsForDetail * more);
        return Math.Round(Math.Clamp(seconds, hasLettering ? MinSeconds : MinSilentSeconds, MaxSilentSeconds), 1);
    }

    private static double CountWords(string line)
    {
        var japanese = line.Count(Letters.IsJapanese);
        return japanese > 0 ? japanese / CharactersPerWord : line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
    }
}
