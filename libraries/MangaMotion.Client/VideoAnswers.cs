namespace MangaMotion.Client;

/// <summary>Answer to a video. Its id is that of its job.</summary>
/// <param name="IngestId">The files of the chapter, as an ingest.</param>
public sealed record VideoAccepted(Guid Id, Guid JobId, Guid IngestId, string Status, IReadOnlyList<AcceptedAsset> Assets);

/// <param name="Status">UPLOADED, PROCESSING, DONE, FAILED or CANCELED.</param>
/// <param name="State">How far it is: <c>accepted</c>, <c>writing_script</c>, <c>awaiting_approval</c>, <c>speaking</c>, <c>filming</c>, <c>composing</c>, <c>completed</c> or <c>stopped</c>.</param>
/// <param name="Progress">0 to 100; each stage is a quarter.</param>
/// <param name="Results">Null until the video is done.</param>
public sealed record VideoStatus(
    Guid Id, string Status, string State, int Progress, double? EtaSeconds, string? Error, IReadOnlyList<VideoStage> Stages, IReadOnlyList<VideoShot> Shots, VideoResults? Results)
{
    /// <summary>Null until the script is written, as are direction and language.</summary>
    public string? Title { get; init; }

    /// <summary><c>rtl</c> or <c>ltr</c>.</summary>
    public string? Direction { get; init; }

    /// <summary>Where the direction comes from: <c>request</c>, <c>comicinfo</c> or <c>default</c>.</summary>
    public string? DirectionFrom { get; init; }

    /// <summary><c>en</c> or <c>ja</c>.</summary>
    public string? Language { get; init; }

    /// <summary>Where the language comes from: <c>request</c>, <c>comicinfo</c> or <c>default</c>.</summary>
    public string? LanguageFrom { get; init; }

    /// <summary>Sentences about the chapter as a whole, such as why its ComicInfo.xml was not used.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public Guid? IngestId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }
}

/// <param name="Name"><c>script_gen</c>, <c>voice_gen</c>, <c>video_gen</c> or <c>compositing</c>.</param>
/// <param name="Status">UPLOADED, PROCESSING, DONE or FAILED.</param>
/// <param name="Progress">0 to 100, of this stage.</param>
/// <param name="Done">Parts that are done: lines spoken, segments filmed.</param>
/// <param name="Total">Parts in all; 0 until they are known.</param>
public sealed record VideoStage(string Name, string Status, int Progress, int Done, int Total, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <summary>One shot of the script, in order.</summary>
/// <param name="Id">Its name in the script.</param>
/// <param name="Page">Number of its page.</param>
/// <param name="Panel">What is shown of the page, in its pixels.</param>
/// <param name="Flag">Why a person should look at it; null where nothing is doubtful.</param>
/// <param name="Status">UPLOADED, PROCESSING, DONE or FAILED: of its film, before that of its speech.</param>
/// <param name="Draft">A provider failed, and the local one did its work.</param>
/// <param name="PageUrl">The picture of the page.</param>
public sealed record VideoShot(
    string Id, int Page, ShotPanel Panel, double Confidence, string? Line, string? Speaker, string? Flag, string Status, bool Draft, string? Error, string PageUrl)
{
    /// <summary>A JPEG of the panel, its longest side at most 320 pixels; null where the panel is not as it was found, because the script was edited.</summary>
    public string? ThumbnailUrl { get; init; }
}

public sealed record ShotPanel(int X, int Y, int Width, int Height);

/// <summary>Addresses of what was made; null where the video was stopped before.</summary>
public sealed record VideoResults(double Seconds, bool Draft, string Video, string Subtitles, string Transcript, string Poster);
