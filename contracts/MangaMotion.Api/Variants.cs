using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace MangaMotion.Api;

/// <summary>Stored files of an asset that MangaMotion makes by itself.</summary>
[Enumeration("AssetVariant")]
public static class AssetVariants
{
    /// <summary>The uploaded file.</summary>
    public const string Original = "original";

    public const string Preview = "preview";
    public const string Thumbnail = "thumbnail";
    public const string Waveform = "waveform";
    public const string Peaks = "peaks";
    public const string Cover = "cover";
    public const string Animation = "animation";

    public static IReadOnlyList<string> All { get; } = [Original, Preview, Thumbnail, Waveform, Peaks, Cover, Animation];
}

/// <summary>Formats of a variant that the caller chooses.</summary>
[Enumeration("VariantFormat")]
public static class VariantFormats
{
    public const string Jpeg = "jpeg";
    public const string Webp = "webp";
    public const string Avif = "avif";
}

/// <summary>Ways in which a picture fits into the square of a variant.</summary>
[Enumeration("VariantFit")]
public static class VariantFits
{
    /// <summary>The whole picture.</summary>
    public const string Contain = "contain";

    /// <summary>The square in the middle.</summary>
    public const string Crop = "crop";
}

/// <summary>Picture that is made beside preview and thumbnail, of an image, of the first page of a document, or of a poster.</summary>
/// <param name="Name">1 to 32 lower-case letters, digits or '-'; none of the names of <c>AssetVariant</c>.</param>
/// <param name="LongestSide">Pixels of the longest side, 16 to 4096. No picture is enlarged.</param>
/// <param name="Format">jpeg (default), webp or avif.</param>
/// <param name="Fit">contain (default): the whole picture. crop: the square in its middle.</param>
/// <param name="Quality">1 to 100; default 80, for avif 50.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record Variant(
    [property: RegularExpression("^[a-z0-9][a-z0-9-]{0,31}$"), Example("card")] string Name,
    [property: Range(16, 4096), Example("640")] int LongestSide,
    [property: Values(typeof(VariantFormats))] string? Format = null,
    [property: Values(typeof(VariantFits))] string? Fit = null,
    [property: Range(1, 100)] int? Quality = null);

/// <summary>Variants of a collection: made of each file that is submitted to it without variants of its own.</summary>
/// <param name="Variants">At most 8.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record VariantSet([property: MaxLength(8)] IReadOnlyList<Variant> Variants);
