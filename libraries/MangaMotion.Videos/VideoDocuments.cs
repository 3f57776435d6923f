using System.Text.Json;

namespace MangaMotion.Videos;

/// <summary><c>jobs.result</c> of a script part.</summary>
/// <param name="Script">Script as in <c>video-script.v1.json</c>.</param>
public sealed record ScriptResult(JsonElement Script, IReadOnlyList<StoredPage> Pages);

/// <summary>Picture of a page in the object store; an element of <c>videos.pages</c>.</summary>
/// <param name="Number">Number of the page in the script.</param>
/// <param name="Sha256">Hash of the stored bytes, lower-case hex.</param>
public sealed record StoredPage(int Number, string Key, string Sha256)
{
    /// <summary>Detected panels with their thumbnails; empty if the thumbnails could not be made.</summary>
    public IReadOnlyList<StoredPanel> Panels { get; init; } = [];
}

/// <summary>A detected panel, in pixels of its page. A panel that an owner has changed has no thumbnail.</summary>
/// <param name="Key">Key of its thumbnail, a JPEG whose longest side is at most 320 pixels.</param>
public sealed record StoredPanel(int X, int Y, int Width, int Height, string Key);

/// <summary><c>jobs.result</c> of a speech part, and the object beside its sound.</summary>
/// <param name="Draft">True if a provider failed and the local voice spoke the line.</param>
public sealed record SpeechResult(string Key, double Seconds, IReadOnlyList<SpeechWord> Words, bool Draft);

/// <summary>One word of a spoken line.</summary>
/// <param name="Start">Seconds from the start of the speech.</param>
/// <param name="End">Seconds from the start of the speech.</param>
public sealed record SpeechWord(string Text, double Start, double End);

/// <summary><c>jobs.result</c> of a segment part.</summary>
/// <param name="Draft">True if a provider failed and the local camera rendered the segment.</param>
/// <param name="Reused">True if the segment existed and was not rendered again.</param>
public sealed record SegmentResult(string Key, int Frames, bool Draft, bool Reused);

/// <summary><c>jobs.result</c> of a composition, and of a finished video.</summary>
public sealed record VideoResult(double Seconds, int Shots, bool Draft, IReadOnlyList<VideoFile> Files)
{
    /// <summary>Sentences for the owner about faults of the video.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <param name="Variant"><c>video</c>, <c>subtitles</c>, <c>transcript</c>, <c>poster</c>, or the path of a variant of the poster.</param>
public sealed record VideoFile(string Variant, string Key, string ContentType, long Bytes, string Sha256)
{
    private const string PosterVariants = "variants/";

    /// <summary>Pixels of a variant of the poster; null for other files.</summary>
    public int? Width { get; init; }

    /// <inheritdoc cref="Width"/>
    public int? Height { get; init; }

    /// <summary><see cref="Variant"/> of a chosen variant of the poster.</summary>
    public static string PosterVariant(string name) => PosterVariants + name;

    /// <summary>Name of the chosen variant of the poster; null for other files.</summary>
    public string? FindPosterVariant() =>
        Variant.StartsWith(PosterVariants, StringComparison.Ordinal) ? Variant[PosterVariants.Length..] : null;
}
