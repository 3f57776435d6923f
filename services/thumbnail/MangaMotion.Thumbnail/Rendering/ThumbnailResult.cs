using System.Text.Json.Serialization;

namespace MangaMotion.Thumbnail.Rendering;

/// <summary>What stands in <c>jobs.result</c> of a thumbnail job. What does not apply to the kind of file is left out.</summary>
public sealed record ThumbnailResult
{
    /// <summary>By magic bytes: <c>image/jpeg</c>.</summary>
    public required string MediaType { get; init; }

    /// <summary>Pixels of the upright picture, of a video as it is shown; of a PDF, of the first page as rendered.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Width { get; init; }

    /// <inheritdoc cref="Width"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Height { get; init; }

    /// <summary>Frames of an animation, 1 for a still picture.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Frames { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? HasAlpha { get; init; }

    /// <summary>A placeholder of some 25 bytes, Base64, after Evan Wallace's ThumbHash.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Thumbhash { get; init; }

    /// <summary>Pages of a PDF.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Pages { get; init; }

    /// <summary>Length of a video or sound in seconds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Duration { get; init; }

    /// <summary>Degrees clockwise by which a video's coded picture is turned for showing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Rotation { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? VideoCodec { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AudioCodec { get; init; }

    /// <summary>Hertz.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? SampleRate { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Channels { get; init; }

    public IReadOnlyList<DerivedFile> Files { get; init; } = [];
}

/// <param name="Variant"><c>preview</c>, <c>thumbnail</c>, <c>animation</c>, <c>waveform</c>, <c>peaks</c> or <c>cover</c>.</param>
/// <param name="Key">In the object store.</param>
/// <param name="Width">Pixels; 0 for a file that is no picture.</param>
/// <param name="Height">Pixels; 0 for a file that is no picture.</param>
/// <param name="Sha256">Lower-case hex.</param>
public sealed record DerivedFile(string Variant, string Key, string ContentType, int Width, int Height, long Bytes, string Sha256);
