namespace MangaMotion.Videos;

/// <summary>
/// Keys of a video's objects in the store. Objects below <c>shots/</c> are shared between runs of a video: their second segment is the
/// hash of everything that made them, or for a draft the id of the job that made it.
/// </summary>
public static class VideoKeys
{
    /// <summary>Prefix of the objects of all videos. The second segment of a key is the id of the video.</summary>
    public const string Videos = "videos/";

    /// <summary>Prefix of all speeches and segments. The second segment of a key is a hash or the id of a part.</summary>
    public const string Shots = "shots/";

    /// <summary>Prefix of the pages, panels and results of a video.</summary>
    public static string Prefix(Guid video) => $"{Videos}{video:N}/";

    /// <summary>Picture of a page.</summary>
    /// <param name="extension">File name extension without the dot.</param>
    public static string Page(Guid video, int page, string extension) => $"{Prefix(video)}pages/{page:0000}.{extension}";

    /// <summary>Thumbnail of a panel.</summary>
    /// <param name="panel">Position on the page in reading order, 1-based.</param>
    public static string Panel(Guid video, int page, int panel) => $"{Prefix(video)}panels/{page:0000}-{panel:000}.jpg";

    /// <summary>
    /// Creates a prefix for the result files of one composition, without a slash at the end. No two compositions share it: the files of
    /// one are removed when another replaces it, and an edit that is undone makes the first one again.
    /// </summary>
    public static string CreateComposition(Guid video) => $"{Prefix(video)}{Guid.NewGuid():N}";

    /// <summary>Words and sound key of a speech. It is written after the sound: if it exists, the sound exists.</summary>
    public static string Speech(string hash) => $"{Shots}{hash}/speech.json";

    /// <summary>
    /// Sound of a speech. Each part has its own, because a provider never speaks a line twice alike and word times fit one sound only.
    /// </summary>
    public static string Sound(string hash, Guid part) => $"{Shots}{hash}/{part:N}.wav";

    /// <summary>Sound of a draft, which belongs to one part only.</summary>
    public static string DraftSound(Guid part) => $"{Shots}{part:N}/draft.wav";

    public static string Segment(string hash) => $"{Shots}{hash}/segment.mp4";

    /// <summary>Segment of a draft, which belongs to one part only.</summary>
    public static string DraftSegment(Guid part) => $"{Shots}{part:N}/draft.mp4";
}
