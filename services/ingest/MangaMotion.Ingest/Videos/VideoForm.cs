namespace MangaMotion.Ingest.Videos;

/// <summary>The parts of the multipart request, for the OpenAPI document.</summary>
internal sealed record VideoForm : VideoFields
{
    /// <summary>The chapter: a CBZ, ZIP or PDF, or its pages in order, each a part of this name with a filename.</summary>
    public IFormFileCollection? Files { get; init; }
}

/// <summary>The same as JSON, of a chapter that is there already.</summary>
internal sealed record VideoOfIngest : VideoFields
{
    /// <summary>The ingest whose files are the chapter.</summary>
    public required Guid IngestId { get; init; }
}

internal abstract record VideoFields
{
    /// <summary>Title of the chapter. Without one it is that of ComicInfo.xml, else the first file's name.</summary>
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

    /// <summary>Music under the speech.</summary>
    public bool? Music { get; init; }

    /// <summary>Draw the subtitles into the picture too.</summary>
    public bool? BurnSubtitles { get; init; }

    /// <summary>What to do with an unreadable page: show (default) skips and flags it, fail fails the video.</summary>
    public string? UnreadablePages { get; init; }

    /// <summary>Wait after the script until it is approved.</summary>
    public bool? Review { get; init; }

    /// <summary>script_gen, voice_gen or video_gen: stop after it.</summary>
    public string? StopAt { get; init; }

    /// <summary>Groups ingests: 1 to 64 lower-case letters, digits, '-' or '_'.</summary>
    public string? Collection { get; init; }

    /// <summary>high, normal or low.</summary>
    public string? Priority { get; init; }

    /// <summary>Nothing starts before this time; without an offset it is UTC.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>An http or https URL that is told of the end.</summary>
    public Uri? CallbackUrl { get; init; }
}
