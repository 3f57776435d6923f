using System.ComponentModel.DataAnnotations;

namespace MangaMotion.Media.Images;

/// <summary>Format of a made picture.</summary>
public enum ImageFormat
{
    /// <summary>JPEG, baseline or progressive, 4:2:0.</summary>
    Jpeg,
    Webp,

    /// <summary>AVIF: AV1 in HEIF.</summary>
    Avif,

    /// <summary>PNG, lossless.</summary>
    Png,
}

/// <summary>Way to fit a picture into the square of its size.</summary>
public enum ImageFit
{
    /// <summary>The whole picture; its longest side is at most the size.</summary>
    Contain,

    /// <summary>The square in the middle of the picture; its side is at most the size.</summary>
    Crop,
}

/// <summary>One picture to make. It is never larger than its source.</summary>
/// <param name="Name">Name such as <c>preview</c>: letters, digits and hyphens.</param>
/// <param name="Size">Longest side in pixels, 1–8192.</param>
public sealed record ImageVariant(string Name, int Size)
{
    public ImageFormat Format { get; init; } = ImageFormat.Jpeg;

    public ImageFit Fit { get; init; }

    /// <summary>Quality of a lossy format, 1–100. PNG ignores it.</summary>
    public int Quality { get; init; } = 80;

    /// <summary>Whether a JPEG is progressive, for about a third more processor time.</summary>
    public bool Progressive { get; init; }
}

/// <summary>The files to make of one picture.</summary>
public sealed record ImageRequest
{
    public static readonly ImageVariant Preview = new("preview", 1280);
    public static readonly ImageVariant Thumbnail = new("thumbnail", 320);

    /// <summary>Variants that every picture gets.</summary>
    public static IReadOnlyList<ImageVariant> Defaults { get; } = [Preview, Thumbnail];

    /// <summary>Variants to make, at least one. Each smaller one is made from the pixels of the next larger one.</summary>
    public IReadOnlyList<ImageVariant> Variants { get; init; } = Defaults;

    /// <summary>Colour under transparent pixels.</summary>
    public Rgb Background { get; init; } = Rgb.White;

    /// <summary>Longest side in pixels of the animated WebP named <c>animation</c> for an animated GIF or WebP; null for none.</summary>
    public int? AnimationSize { get; init; } = 480;

    /// <summary>Checks all values.</summary>
    /// <exception cref="ValidationException">A value is out of its range. The message names it and the allowed values.</exception>
    public void Validate()
    {
        var most = Defaults.Count + ChosenVariants.MaxCount;
        Check(Variants.Count > 0 && Variants.Count <= most, $"1 to {most} variants can be made, not {Variants.Count}.");
        Check(
            Variants.Select(variant => variant.Name).Append("animation").Distinct().Count() == Variants.Count + 1,
            "The names of the variants must differ, and none may be 'animation'.");
        Check(AnimationSize is null or (>= 16 and <= 2048), $"The animation's size is 16 to 2048 pixels, not {AnimationSize}.");
        foreach (var variant in Variants)
        {
            Check(
                variant.Name.Length is > 0 and <= 32 && variant.Name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'),
                "A variant's name is 1 to 32 letters, digits or hyphens.");
            Check(variant.Size is >= 1 and <= 8192, $"The size of '{variant.Name}' is 1 to 8192 pixels, not {variant.Size}.");
            Check(variant.Quality is >= 1 and <= 100, $"The quality of '{variant.Name}' is 1 to 100, not {variant.Quality}.");
        }

        static void Check(bool holds, string message)
        {
            if (!holds)
                throw new ValidationException(message);
        }
    }
}

/// <summary>A colour in sRGB, each part 0–255.</summary>
public readonly record struct Rgb(byte Red, byte Green, byte Blue)
{
    public static readonly Rgb White = new(255, 255, 255);
}

/// <summary>One made file in the job's workspace.</summary>
/// <param name="Variant">Name in the request, or <c>animation</c>, <c>waveform</c>, <c>peaks</c>.</param>
/// <param name="Width">Width in pixels; 0 for a file that is not a picture.</param>
/// <param name="Height">Height in pixels; 0 for a file that is not a picture.</param>
public sealed record MediaFile(string Variant, string Path, string ContentType, int Width, int Height, long Bytes);

/// <summary>Result of rendering a picture.</summary>
public sealed record RenderedImage
{
    /// <summary>Width in pixels of the upright picture, at the size in the file.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels of the upright picture, at the size in the file.</summary>
    public required int Height { get; init; }

    /// <summary>Frames of an animation or pages of a TIFF, at least 1.</summary>
    public required int Frames { get; init; }

    public required bool HasAlpha { get; init; }

    /// <summary>EXIF orientation of the file, 1–8. The made files are upright.</summary>
    public required int Orientation { get; init; }

    /// <summary>Sentences for the owner about the made files; usually none.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Placeholder in Base64; see <see cref="Images.ThumbHash"/>.</summary>
    public required string ThumbHash { get; init; }

    public required IReadOnlyList<MediaFile> Files { get; init; }
}
