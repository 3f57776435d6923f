namespace MangaMotion.Comics.Script;

/// <summary>What a script may hold. Lengths of text are in UTF-16 units, times in seconds, sides in pixels.</summary>
public static class ScriptLimits
{
    public const int Pages = 5_000;
    public const int Shots = 20_000;
    public const int Id = 32;
    public const int Title = 200;
    public const int Line = 1_000;
    public const int Speaker = 100;
    public const int SmallestPanel = 16;
    public const int Corners = 16;
    public const int Lettering = 24;
    public const int PageSide = 65_535;
    public const int SmallestFrame = 64;
    public const int LargestFrame = 4_096;
    public const int Fps = 60;
    public const double ShortestShot = 0.5;
    public const double LongestShot = 60;

    /// <summary>Below it, a panel is marked for a person to look at.</summary>
    public const double SureConfidence = 0.5;
}
