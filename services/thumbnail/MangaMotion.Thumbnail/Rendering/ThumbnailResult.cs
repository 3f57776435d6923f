using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace MangaMotion.Thumbnail.Rendering;

/// <summary>
/// Result of a thumbnail job (<c>jobs.result</c>), in snake_case, with the schema <c>contracts/schemas/thumbnail-result.v1.json</c>.
/// Members that do not apply to the kind of file are left out.
/// </summary>
[Description(
    "Facts about a file and the files that were made of it. Members that do not apply to the kind of file are left out. "
    + "Members may be added.")]
public sealed record ThumbnailResult
{
    [Description("Type of the file by its first bytes, such as image/jpeg.")]
    [RegularExpression("^(image|video|audio|application)/[a-z0-9-]+$")]
    public required string MediaType { get; init; }

    [Description("Width in pixels of the upright picture, of a video as shown, or of the first page of a PDF as rendered.")]
    [Range(1, int.MaxValue)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Width { get; init; }

    [Description("Height in pixels, of the same picture as width.")]
    [Range(1, int.MaxValue)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Height { get; init; }

    [Description("Frames of an animation, or pages of a TIFF without smaller copies; 1 for a still picture.")]
    [Range(1, int.MaxValue)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Frames { get; init; }

    [Description("Whether the picture has transparency. The made files show the background there.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? HasAlpha { get; init; }

    [Description("A placeholder of some 25 bytes in Base64, after Evan Wallace's ThumbHash.")]
    [RegularExpression("^[A-Za-z0-9+/]{8,}={0,2}$")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Thumbhash { get; init; }

    [Description("Pages of a PDF, or of a chapter in an archive.")]
    [Range(1, int.MaxValue)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Pages { get; init; }

    [Description("Length of a video or sound in seconds.")]
    [Range(0, int.MaxValue)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Duration { get; init; }

    [Description("Degrees clockwise by which a video's coded picture is turned for showing: 0, 90, 180 or 270.")]
    [Range(0, 270)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Rotation { get; init; }

    [Description("ffmpeg's name of the video codec, such as h264.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? VideoCodec { get; init; }

    [Description("ffmpeg's name of the audio codec, such as aac.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AudioCodec { get; init; }

    [Description("Sample rate in Hz.")]
    [Range(1, int.MaxValue)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? SampleRate { get; init; }

    [Range(1, int.MaxValue)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Channels { get; init; }

    [Description("Sentences about the made files, such as that only the first picture of an animation is shown.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Notes { get; init; }

    [Description("Files that were made.")]
    [JsonRequired]
    public IReadOnlyList<DerivedFile> Files { get; init; } = [];
}

/// <summary>One file that was made and stored.</summary>
public sealed record DerivedFile
{
    [Description("preview, thumbnail, animation, waveform, peaks, cover, or the name of a variant that the caller chose.")]
    [RegularExpression("^[a-z0-9][a-z0-9-]{0,31}$")]
    public required string Variant { get; init; }

    [Description("Path of the file in the HTTP API.")]
    [RegularExpression("^/api/v1/assets/[0-9a-f-]{36}/variants/[a-z0-9-]+$")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Url { get; init; }

    [Description("Key in the object store.")]
    [RegularExpression("^processed/[0-9a-f]{32}/[a-z0-9-]+\\.[a-z]+$")]
    public required string Key { get; init; }

    [AllowedValues("image/jpeg", "image/webp", "image/avif", "image/png", "application/json")]
    public required string ContentType { get; init; }

    [Description("Pixels; 0 for a file that is no picture.")]
    [Range(0, 8192)]
    public required int Width { get; init; }

    [Description("Pixels; 0 for a file that is no picture.")]
    [Range(0, 8192)]
    public required int Height { get; init; }

    [Range(1, int.MaxValue)]
    public required long Bytes { get; init; }

    [Description("Lower-case hex.")]
    [RegularExpression("^[0-9a-f]{64}$")]
    public required string Sha256 { get; init; }
}
