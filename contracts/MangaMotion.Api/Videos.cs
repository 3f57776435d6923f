namespace MangaMotion.Api;

/// <summary>Reading directions of a chapter.</summary>
public static class ReadingDirections
{
    /// <summary>The direction in ComicInfo.xml, else right to left.</summary>
    public const string Auto = "auto";

    public const string RightToLeft = "rtl";
    public const string LeftToRight = "ltr";
}

/// <summary>Stages of a video, in order.</summary>
public static class VideoStages
{
    public const string ScriptGen = "script_gen";
    public const string VoiceGen = "voice_gen";
    public const string VideoGen = "video_gen";
    public const string Compositing = "compositing";

    public static IReadOnlyList<string> All { get; } = [ScriptGen, VoiceGen, VideoGen, Compositing];
}

/// <summary>Result files of a video.</summary>
public static class VideoVariants
{
    public const string Video = "video";
    public const string Subtitles = "subtitles";
    public const string Transcript = "transcript";
    public const string Poster = "poster";

    public static IReadOnlyList<string> All { get; } = [Video, Subtitles, Transcript, Poster];
}

/// <summary>Options of a video.</summary>
public abstract record VideoFields
{
    /// <summary>Title of the chapter; default: the title in ComicInfo.xml, else the name of the first file.</summary>
    public string? Title { get; init; }

    /// <summary>Reading direction: auto (default), rtl or ltr. auto takes that of ComicInfo.xml, else rtl.</summary>
    public string? Direction { get; init; }

    /// <summary>Language of lettering and voice: auto (default), en or ja. auto takes that of ComicInfo.xml, else en.</summary>
    public string? Language { get; init; }

    /// <summary>Name of a voice.</summary>
    public string? Voice { get; init; }

    /// <summary>landscape (default, 1920×1080), portrait, square, or WIDTHxHEIGHT.</summary>
    public string? Size { get; init; }

    /// <summary>24, 25, 30 (default) or 60.</summary>
    public int? Fps { get; init; }

    /// <summary>Adds music under the speech.</summary>
    public bool? Music { get; init; }

    /// <summary>Draws the subtitles into the picture as well.</summary>
    public bool? BurnSubtitles { get; init; }

    /// <summary>Handling of an unreadable page: show (default) skips and flags it, fail fails the video.</summary>
    public string? UnreadablePages { get; init; }

    /// <summary>Waits for approval after the script.</summary>
    public bool? Review { get; init; }

    /// <summary>Stage after which to stop: script_gen, voice_gen or video_gen.</summary>
    public string? StopAt { get; init; }

    /// <summary>Name that groups ingests: 1 to 64 lower-case letters, digits, '-' or '_'.</summary>
    public string? Collection { get; init; }

    /// <summary>high, normal or low.</summary>
    public string? Priority { get; init; }

    /// <summary>Earliest start; UTC if it has no offset.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Http or https URL that is notified when the video is finished.</summary>
    public Uri? CallbackUrl { get; init; }
}

/// <summary>Request for a video of the files of an existing ingest.</summary>
public sealed record VideoOfIngest : VideoFields
{
    /// <summary>Ingest whose files are the chapter.</summary>
    public required Guid IngestId { get; init; }
}

/// <summary>Answer to an accepted video. <c>job_id</c> is the id of the video.</summary>
/// <param name="IngestId">Ingest with the files of the chapter.</param>
public sealed record VideoAccepted(Guid Id, Guid JobId, Guid IngestId, string Status, IReadOnlyList<AcceptedAsset> Assets);

/// <param name="Status">UPLOADED, PROCESSING, DONE, FAILED or CANCELED.</param>
/// <param name="State">
/// <c>accepted</c>, <c>script_gen</c>, <c>awaiting_approval</c>, <c>voice_gen</c>, <c>video_gen</c>, <c>compositing</c>, <c>completed</c>
/// or <c>stopped</c>.
/// </param>
/// <param name="Progress">0 to 100; each stage contributes 25.</param>
/// <param name="Results">Null until the video is done.</param>
public sealed record VideoStatus(
    Guid Id, string Status, string State, int Progress, double? EtaSeconds, string? Error, IReadOnlyList<VideoStage> Stages,
    IReadOnlyList<VideoShot> Shots, VideoResults? Results)
{
    /// <summary>Title of the script. Null until the script is written, as are direction and language.</summary>
    public string? Title { get; init; }

    /// <summary><c>rtl</c> or <c>ltr</c>.</summary>
    public string? Direction { get; init; }

    /// <summary>Source of the direction: <c>request</c>, <c>comicinfo</c> or <c>default</c>.</summary>
    public string? DirectionFrom { get; init; }

    /// <summary><c>en</c> or <c>ja</c>.</summary>
    public string? Language { get; init; }

    /// <summary>Source of the language: <c>request</c>, <c>comicinfo</c> or <c>default</c>.</summary>
    public string? LanguageFrom { get; init; }

    /// <summary>Sentences about the chapter as a whole, such as why its ComicInfo.xml was not used.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public Guid? IngestId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }
}

/// <param name="Name"><c>script_gen</c>, <c>voice_gen</c>, <c>video_gen</c> or <c>compositing</c>.</param>
/// <param name="Status">UPLOADED, PROCESSING, DONE or FAILED.</param>
/// <param name="Progress">Progress of this stage, 0 to 100.</param>
/// <param name="Done">Number of finished lines or segments.</param>
/// <param name="Total">Number of lines or segments; 0 until known.</param>
public sealed record VideoStage(
    string Name, string Status, int Progress, int Done, int Total, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <summary>One shot of the script, in order.</summary>
/// <param name="Id">Name of the shot in the script.</param>
/// <param name="Page">Number of the page.</param>
/// <param name="Panel">Part of the page that the shot shows, in pixels.</param>
/// <param name="Flag">Reason to check the shot; null if there is none.</param>
/// <param name="Status">UPLOADED, PROCESSING, DONE or FAILED: of the segment, or of the speech until the segment exists.</param>
/// <param name="Draft">True if a provider failed and the local implementation made the shot.</param>
/// <param name="PageUrl">Path of the picture of the page.</param>
public sealed record VideoShot(
    string Id, int Page, ShotPanel Panel, double Confidence, string? Line, string? Speaker, string? Flag, string Status, bool Draft,
    string? Error, string PageUrl)
{
    /// <summary>Path of a JPEG of the panel, longest side at most 320 pixels; null if an edit changed the panel.</summary>
    public string? ThumbnailUrl { get; init; }
}

public sealed record ShotPanel(int X, int Y, int Width, int Height);

/// <summary>Paths of the result files; null if the video was stopped before.</summary>
public sealed record VideoResults(double Seconds, bool Draft, string Video, string Subtitles, string Transcript, string Poster);
