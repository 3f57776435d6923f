namespace MangaMotion.Comics.Script;

/// <summary>Limits of a script. Lengths of text are in UTF-16 code units, durations in seconds, sides in pixels.</summary>
public static class ScriptLimits
{
    public const int MaxPages = 5_000;
    public const int MaxShots = 20_000;
    public const int MaxIdLength = 32;
    public const int MaxTitleLength = 200;
    public const int MaxLineLength = 1_000;
    public const int MaxSpeakerLength = 100;
    public const int MaxCardLines = 8;
    public const int MaxCastVoices = 100;
    public const int MaxVoiceLength = 64;
    public const int MaxPronunciations = 500;
    public const int MaxPronunciationLength = 60;
    public const int MinPanelSide = 16;
    public const int MaxCorners = 16;
    public const int MaxLetteringBoxes = 24;
    public const int MaxPageSide = 65_535;
    public const int MinFrameSide = 64;
    public const int MaxFrameSide = 4_096;
    public const int MaxFps = 60;
    public const double MinShotSeconds = 0.5;
    public const double MaxShotSeconds = 60;

    /// <summary>Confidence below which a panel is flagged for a person to check.</summary>
    public const double CertainPanel = 0.5;

    /// <summary>Confidence below which a line is flagged for a person to check. Chosen by <c>bench lettering</c>.</summary>
    public const double CertainLine = 0.9;
}
