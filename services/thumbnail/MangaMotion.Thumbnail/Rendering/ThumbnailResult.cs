using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace MangaMotion.Thumbnail.Rendering;

/// <summary>
/// What stands in <c>jobs.result</c> of a thumbnail job, in snake_case as <c>contracts/schemas/thumbnail-result.v1.json</c>
/// says. What does not apply to the kind of file is left out.
/// </summary>
[Description("What a thumbnail job found out about a file and made of it. What does not apply to the kind of file is left out. Members may be added.")]
public sealed record ThumbnailResult
{
    [Description("What the file is by its first bytes, such as image/jpeg.")]
    [RegularExpression("^(image|video|audio|application)/[a-z0-9-]+$")]
    public required string MediaType { get; init; }

    [Description("Pixels of the upright picture, of a video as it is shown; of a PDF, of the first page as rendered.")]
    [Range(1, int.MaxValue)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Width { get; init; }

    [Description("As width.")]
    [Range(1, int.MaxValue)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Height { get; init; }

    [Description("Frames of an animation, pages of a TIFF without smaller copies; 1 for a still picture.")]
    [Range(1, int.MaxValue)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Frames { get; init; }

    [Description("Whether the picture has transparency, which lies on the background in what is made.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? HasAlpha { get; init; }

    [Description("A placeholder of some 25 bytes in Base64, after Evan Wallace's ThumbHash.")]
    [RegularExpression("^[A-Za-z0-9+/]{8,}={0,2}$")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Thumbhash { get; init; }

    [Description("Pages of a PDF.")]
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

    [Description("Hertz.")]
    [Range(1, int.MaxValue)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? SampleRate { get; init; }

    [Range(1, int.MaxValue)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Channels { get; init; }

    [Description("Sentences about what was made, such as that an animation has only its first picture here.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Notes { get; init; }

    [Description("What was made, each under GET /assets/{id}/{variant}.")]
    [JsonRequired]
    public IReadOnlyList<DerivedFile> Files { get; init; } = [];
}

/// <summary>One file that was made and stored.</summary>
public sealed record DerivedFile
{
    [AllowedValues("preview", "thumbnail", "animation", "waveform", "peaks", "cover")]
    public required string Variant { get; init; }

    [Description("In the object store.")]
    [RegularExpression("^processed/[0-9a-f]{32}/[a-z]+\\.[a-z]+$")]
    public required string Key { get; init; }

    [AllowedValues("image/jpeg", "image/webp", "image/png", "application/json")]
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
