namespace MangaMotion.VideoPipeline;

/// <summary>Values for what neither a request nor a chapter says.</summary>
internal static class VideoDefaults
{
    public const string Language = "en";
}
