using System.ComponentModel.DataAnnotations;

namespace MangaMotion.Api;

/// <summary>Reading directions of a chapter in a request.</summary>
[Enumeration("RequestedDirection")]
public static class ReadingDirections
{
    /// <summary>The direction in ComicInfo.xml, else right to left.</summary>
    public const string Auto = "auto";

    public const string RightToLeft = "rtl";
    public const string LeftToRight = "ltr";
}

/// <summary>Languages of lettering and voice in a request.</summary>
[Enumeration("RequestedLanguage")]
public static class Languages
{
    /// <summary>The language in ComicInfo.xml, else English.</summary>
    public const string Auto = "auto";

    public const string English = "en";
    public const string Japanese = "ja";
}

/// <summary>Reading directions of a script.</summary>
[Enumeration("ReadingDirection")]
public static class FoundDirections
{
    public const string RightToLeft = "rtl";
    public const string LeftToRight = "ltr";
}

/// <summary>Languages of a script.</summary>
[Enumeration("Language")]
public static class FoundLanguages
{
    public const string English = "en";
    public const string Japanese = "ja";
}

/// <summary>Sources of a direction or language.</summary>
[Enumeration("ValueSource")]
public static class ValueSources
{
    public const string Request = "request";
    public const string ComicInfo = "comicinfo";
    public const string Epub = "epub";

    /// <summary>The lettering of the first pages.</summary>
    public const string Pages = "pages";

    public const string Default = "default";
}

/// <summary>Reasons to check a shot.</summary>
[Enumeration("ShotFlag")]
public static class ShotFlags
{
    /// <summary>The panel's outline is uncertain.</summary>
    public const string Doubtful = "doubtful";

    /// <summary>The page is shown whole because no panels were found.</summary>
    public const string WholePage = "whole_page";

    /// <summary>The panel has lettering that could not be read.</summary>
    public const string Unread = "unread";

    /// <summary>The line is uncertain.</summary>
    public const string DoubtfulLine = "doubtful_line";
}

/// <summary>Handlings of an unreadable page.</summary>
[Enumeration("UnreadablePages")]
public static class UnreadablePageHandlings
{
    /// <summary>Skips and flags the page.</summary>
    public const string Show = "show";

    /// <summary>Fails the video.</summary>
    public const string Fail = "fail";
}

/// <summary>Presets of the installation, each a document at <c>/presets/{name}.json</c>.</summary>
public static class VideoPresets
{
    public const string Recap = "recap";
    public const string MotionComic = "motion-comic";
    public const string PhoneShort = "short";
    public const string Calm = "calm";

    public static IReadOnlyList<string> All { get; } = [Recap, MotionComic, PhoneShort, Calm];
}

/// <summary>Forms of the subtitles in the picture.</summary>
[Enumeration("CaptionForm")]
public static class CaptionForms
{
    /// <summary>One or two lines at a time.</summary>
    public const string Lines = "lines";

    /// <summary>A few words at a time, of which the spoken one has another colour.</summary>
    public const string Words = "words";
}

/// <summary>Places where the picture fades from one shot to the next.</summary>
[Enumeration("TransitionPlace")]
public static class TransitionPlaces
{
    public const string Pages = "pages";
    public const string All = "all";
    public const string None = "none";
}

/// <summary>Videos that are made of the files of a request.</summary>
[Enumeration("VideosOfFiles")]
public static class VideosOfFiles
{
    /// <summary>The files are one chapter.</summary>
    public const string One = "one";

    /// <summary>Every file is a chapter, and becomes a video of its own.</summary>
    public const string Each = "each";
}

/// <summary>States of a video.</summary>
[Enumeration("VideoState")]
public static class VideoStateNames
{
    public const string Accepted = "accepted";
    public const string ScriptGen = "script_gen";
    public const string AwaitingApproval = "awaiting_approval";
    public const string VoiceGen = "voice_gen";
    public const string VideoGen = "video_gen";
    public const string Compositing = "compositing";
    public const string Completed = "completed";
    public const string Stopped = "stopped";
}

/// <summary>Stages of a video, in order.</summary>
[Enumeration("StageName")]
public static class VideoStages
{
    public const string ScriptGen = "script_gen";
    public const string VoiceGen = "voice_gen";
    public const string VideoGen = "video_gen";
    public const string Compositing = "compositing";

    public static IReadOnlyList<string> All { get; } = [ScriptGen, VoiceGen, VideoGen, Compositing];
}

/// <summary>Result files of a video.</summary>
[Enumeration("VideoVariant")]
public static class VideoVariants
{
    public const string Video = "video";
    public const string Subtitles = "subtitles";
    public const string Transcript = "transcript";
    public const string Poster = "poster";

    public static IReadOnlyList<string> All { get; } = [Video, Subtitles, Transcript, Poster];
}

/// <summary>Files of a shot, which can be read while the video is made.</summary>
[Enumeration("ShotFile")]
public static class ShotFiles
{
    /// <summary>The spoken line, a WAV.</summary>
    public const string Voice = "voice";

    /// <summary>The moving picture, an MP4 without sound and without the transitions to the shots before and after.</summary>
    public const string Segment = "segment";

    public static IReadOnlyList<string> All { get; } = [Voice, Segment];
}

/// <summary>Options of a video that a form and JSON write alike.</summary>
public abstract record VideoBaseFields
{
    /// <summary>
    /// Options under one name: recap, motion-comic, short or calm, or a preset of your own as JSON (its schema is
    /// <c>/schemas/video-preset.v1.json</c>). Other fields of the request win.
    /// </summary>
    [Example("short")]
    public string? Preset { get; init; }

    /// <summary>Title of the chapter; default: the title in ComicInfo.xml, else the name of the first file.</summary>
    [StringLength(200, MinimumLength = 1)]
    [Example("The dark tower")]
    public string? Title { get; init; }

    /// <summary>Reading direction: auto (default), rtl or ltr. auto takes that of ComicInfo.xml, else rtl.</summary>
    [Values(typeof(ReadingDirections))]
    public string? Direction { get; init; }

    /// <summary>Language of lettering and voice: auto (default), en or ja. auto takes that of ComicInfo.xml, else en.</summary>
    [Values(typeof(Languages))]
    public string? Language { get; init; }

    /// <summary>Name of a voice.</summary>
    [RegularExpression("^[A-Za-z0-9_.:-]{1,64}$")]
    public string? Voice { get; init; }

    /// <summary>landscape (default, 1920×1080), portrait, square, or WIDTHxHEIGHT.</summary>
    [RegularExpression("^(landscape|portrait|square|[0-9]{3,4}x[0-9]{3,4})$")]
    [Example("portrait")]
    public string? Size { get; init; }

    /// <summary>24, 25, 30 (default) or 60.</summary>
    [Range(24, 60)]
    [Example("30")]
    public int? Fps { get; init; }

    /// <summary>Adds music under the speech.</summary>
    public bool? Music { get; init; }

    /// <summary>Draws the subtitles into the picture as well.</summary>
    public bool? BurnSubtitles { get; init; }

    /// <summary>Form of the subtitles in the picture: lines (default) or words, one word after another.</summary>
    [Values(typeof(CaptionForms))]
    public string? Captions { get; init; }

    /// <summary>Factor of the time for which shots without a line are shown, 0.5 to 2. Default: 1.</summary>
    [Range(0.5, 2.0)]
    public double? Pace { get; init; }

    /// <summary>Where the picture fades: at new pages (default), between all shots, or nowhere (none).</summary>
    [Values(typeof(TransitionPlaces))]
    public string? Transitions { get; init; }

    /// <summary>Adds an opening card with title, chapter and author, and an end card with source and credits. Default: false.</summary>
    public bool? Titles { get; init; }

    /// <summary>Author on the cards; default: the writer and the artist in ComicInfo.xml.</summary>
    [StringLength(200, MinimumLength = 1)]
    public string? Author { get; init; }

    /// <summary>Source on the end card; default: the address in ComicInfo.xml.</summary>
    [StringLength(200, MinimumLength = 1)]
    public string? Source { get; init; }

    /// <summary>Handling of an unreadable page: show (default) skips and flags it, fail fails the video.</summary>
    [Values(typeof(UnreadablePageHandlings))]
    public string? UnreadablePages { get; init; }

    /// <summary>Waits for approval after the script.</summary>
    public bool? Review { get; init; }

    /// <summary>Stage after which to stop: script_gen, voice_gen or video_gen.</summary>
    [Values(typeof(VideoStages))]
    public string? StopAt { get; init; }

    /// <summary>Name that groups ingests: 1 to 64 lower-case letters, digits, '-' or '_'.</summary>
    [RegularExpression("^[a-z0-9][a-z0-9_-]{0,63}$")]
    [Example("voyage")]
    public string? Collection { get; init; }

    /// <summary>high, normal or low.</summary>
    [Values(typeof(Priorities))]
    public string? Priority { get; init; }

    /// <summary>Earliest start; UTC if it has no offset.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Http or https URL that is notified when the video is finished.</summary>
    [Example("https://example.com/hooks/mangamotion")]
    public Uri? CallbackUrl { get; init; }

    // Last: clients that NSwag generates have the fields as parameters, in this order.
    /// <summary>
    /// Videos of the files: one (default), or each, for at most 100 files: every file is a chapter, and becomes a video of its own.
    /// </summary>
    [Values(typeof(VideosOfFiles))]
    public string? Videos { get; init; }

    /// <summary>Adds the sound of a quiet room under speech and music, at −42 LUFS: 26 LU below the speech. Default: false.</summary>
    public bool? Ambience { get; init; }
}

/// <summary>Options of a video.</summary>
public abstract record VideoFields : VideoBaseFields
{
    /// <summary>Variants of the poster, at most 8. Default: those of the collection.</summary>
    [MaxLength(8)]
    public IReadOnlyList<Variant>? Variants { get; init; }
}

/// <summary>Request for a video of the files of an existing ingest.</summary>
public sealed record VideoOfIngest : VideoFields
{
    /// <summary>Ingest whose files are the chapter.</summary>
    public Guid? IngestId { get; init; }

    /// <summary>Uploads that are the chapter, instead of an ingest. Each upload can be used once.</summary>
    public IReadOnlyList<UploadReference>? Uploads { get; init; }
}

/// <summary>Answer to accepted videos. <c>id</c> and <c>job_id</c> are the id of the first video.</summary>
/// <param name="IngestId">Ingest with the files of the chapter.</param>
public sealed record VideoAccepted(
    Guid Id, Guid JobId, Guid IngestId, [property: Values(typeof(IngestStatuses))] string Status, IReadOnlyList<AcceptedAsset> Assets)
{
    /// <summary>The videos, in the order of their files.</summary>
    public IReadOnlyList<AcceptedVideo> Videos { get; init; } = [];
}

/// <summary>One accepted video.</summary>
/// <param name="Name">Name of its first file.</param>
public sealed record AcceptedVideo(Guid Id, string Name);

/// <param name="Status">UPLOADED, PROCESSING, DONE, FAILED or CANCELED.</param>
/// <param name="State">
/// <c>accepted</c>, <c>script_gen</c>, <c>awaiting_approval</c>, <c>voice_gen</c>, <c>video_gen</c>, <c>compositing</c>, <c>completed</c>
/// or <c>stopped</c>.
/// </param>
/// <param name="Progress">0 to 100; each stage contributes 25.</param>
/// <param name="Results">The last composed video; null until there is one. It stays while a newer one is made.</param>
public sealed record VideoStatus(
    Guid Id, [property: Values(typeof(JobStatuses))] string Status, [property: Values(typeof(VideoStateNames))] string State,
    [property: Range(0, 100)] int Progress, double? EtaSeconds, string? Error, IReadOnlyList<VideoStage> Stages,
    IReadOnlyList<VideoShot> Shots, VideoResults? Results)
{
    /// <summary>
    /// True if an edit of the script waits until the video is finished, or until a failed or canceled video is started again.
    /// </summary>
    public bool EditQueued { get; init; }

    /// <summary>Title of the script. Null until the script is written, as are direction and language.</summary>
    public string? Title { get; init; }

    /// <summary><c>rtl</c> or <c>ltr</c>.</summary>
    [Values(typeof(FoundDirections))]
    public string? Direction { get; init; }

    /// <summary>Source of the direction: <c>request</c>, <c>comicinfo</c>, <c>epub</c>, <c>pages</c> or <c>default</c>.</summary>
    [Values(typeof(ValueSources))]
    public string? DirectionFrom { get; init; }

    /// <summary>Confidence in a direction that was found in the pages, 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double? DirectionConfidence { get; init; }

    /// <summary><c>en</c> or <c>ja</c>.</summary>
    [Values(typeof(FoundLanguages))]
    public string? Language { get; init; }

    /// <summary>Source of the language: <c>request</c>, <c>comicinfo</c>, <c>epub</c>, <c>pages</c> or <c>default</c>.</summary>
    [Values(typeof(ValueSources))]
    public string? LanguageFrom { get; init; }

    /// <summary>Confidence in a language that was found in the pages, 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double? LanguageConfidence { get; init; }

    /// <summary>Sentences about the chapter or the video as a whole, such as why its ComicInfo.xml was not used.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public Guid? IngestId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>Parts that an edit of the script makes again, at most: parts that an earlier version has made are reused.</summary>
/// <param name="Stages">Stages with work, in order.</param>
/// <param name="Shots">Ids of the shots whose picture or length changes.</param>
/// <param name="Lines">Number of lines to speak.</param>
/// <param name="Segments">Number of segments to render: shots, and transitions beside them.</param>
/// <param name="TotalSegments">Number of segments of the edited video.</param>
/// <param name="Seconds">
/// Estimate of the work in seconds, one part after another, from the finished parts of this video; null if it has none of a needed kind.
/// </param>
public sealed record ScriptPreview(
    [property: Values(typeof(VideoStages))] IReadOnlyList<string> Stages, IReadOnlyList<string> Shots, int Lines, int Segments,
    int TotalSegments, double? Seconds);

/// <param name="Name"><c>script_gen</c>, <c>voice_gen</c>, <c>video_gen</c> or <c>compositing</c>.</param>
/// <param name="Status">UPLOADED, PROCESSING, DONE or FAILED.</param>
/// <param name="Progress">Progress of this stage, 0 to 100.</param>
/// <param name="Done">Number of finished lines or segments.</param>
/// <param name="Total">Number of lines or segments; 0 until known.</param>
public sealed record VideoStage(
    [property: Values(typeof(VideoStages))] string Name, [property: Values(typeof(JobStatuses))] string Status,
    [property: Range(0, 100)] int Progress, int Done, int Total, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <summary>One shot of the script, in order.</summary>
/// <param name="Id">Name of the shot in the script.</param>
/// <param name="Page">Number of the page.</param>
/// <param name="Panel">Part of the page that the shot shows, in pixels.</param>
/// <param name="Flag">Reason to check the shot; null if there is none.</param>
/// <param name="Status">UPLOADED, PROCESSING, DONE or FAILED: of the segment, or of the speech until the segment exists.</param>
/// <param name="Draft">True if a provider failed and the local implementation made the shot.</param>
/// <param name="PageUrl">Path of the picture of the page.</param>
public sealed record VideoShot(
    string Id, int Page, ShotPanel Panel, [property: Range(0.0, 1.0)] double Confidence, string? Line, string? Speaker,
    [property: Values(typeof(ShotFlags))] string? Flag, [property: Values(typeof(JobStatuses))] string Status, bool Draft,
    string? Error, string PageUrl)
{
    /// <summary>Confidence in the line as it was read from the page, 0 to 1; null for a silent shot and for an edited line.</summary>
    [Range(0.0, 1.0)]
    public double? LineConfidence { get; init; }

    /// <summary>Path of a JPEG of the panel, longest side at most 320 pixels; null if an edit changed the panel.</summary>
    public string? ThumbnailUrl { get; init; }

    /// <summary>Path of the spoken line, a WAV; null until it is made, and for a silent shot.</summary>
    public string? VoiceUrl { get; init; }

    /// <summary>Path of the moving picture, an MP4 without sound and without the transitions; null until it is rendered.</summary>
    public string? SegmentUrl { get; init; }
}

/// <summary>One shot that is made before the rest of its video.</summary>
/// <param name="Shot">Name of the shot in the script.</param>
/// <param name="Status">DONE if it is made, else UPLOADED: it is being made.</param>
/// <param name="VoiceUrl">Path of the spoken line, 404 until it is made; null for a silent shot.</param>
/// <param name="SegmentUrl">Path of the moving picture, 404 until it is rendered.</param>
public sealed record ShotPreview(
    string Shot, [property: Values(typeof(JobStatuses))] string Status, string? VoiceUrl, string SegmentUrl);

public sealed record ShotPanel(int X, int Y, int Width, int Height);

/// <summary>Paths of the result files.</summary>
public sealed record VideoResults(double Seconds, bool Draft, string Video, string Subtitles, string Transcript, string Poster)
{
    /// <summary>True if the files are those of the script before its last edit, because the newer video is not made.</summary>
    public bool Outdated { get; init; }

    /// <summary>Chosen variants of the poster, in the order of the request.</summary>
    public IReadOnlyList<PosterVariant> Variants { get; init; } = [];
}

/// <summary>Chosen variant of a poster.</summary>
/// <param name="Url">Path of the picture.</param>
/// <param name="ContentType">image/jpeg, image/webp or image/avif.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
public sealed record PosterVariant(string Name, string Url, string ContentType, int Width, int Height, long Bytes);
