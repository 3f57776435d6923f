using MangaMotion.Media.Hosts;
using NetVips;

namespace MangaMotion.MediaHost.Vips;

/// <summary>Writes final pixels without any metadata.</summary>
internal static class Encoder
{
    private const Enums.ForeignKeep Nothing = Enums.ForeignKeep.None;

    public static HostFile Save(Image image, HostVariant variant, string directory)
    {
        var file = $"{variant.Name}.{variant.Format}";
        var path = Path.Combine(directory, file);
        switch (variant.Format)
        {
            case "jpg":
                image.Jpegsave(path, q: variant.Quality, interlace: variant.Progressive, keep: Nothing);
                break;
            case "webp":
                Webp(image, path, variant.Quality);
                break;
            case "avif":
                Avif(image, path, variant.Quality);
                break;
            case "png":
                image.Pngsave(path, keep: Nothing);
                break;
            default:
                throw new VipsException($"no encoder for '{variant.Format}'");
        }

        return new HostFile(variant.Name, file, image.Width, image.Height);
    }

    /// <summary>Writes an AVIF with effort 2 of 9: AV1 with more effort takes seconds for a picture of 12 megapixels.</summary>
    private static void Avif(Image image, string path, int quality) =>
        image.Heifsave(path, q: quality, compression: Enums.ForeignHeifCompression.Av1, effort: 2, keep: Nothing);

    /// <summary>Writes a WebP with effort 2 of 6: twice as fast as the default for 3 % more bytes.</summary>
    /// <param name="frameHeight">Height of one frame of an animation, whose frames are stacked; null for a still picture.</param>
    public static void Webp(Image image, string path, int quality, int? frameHeight = null) =>
        image.Webpsave(path, q: quality, effort: 2, keep: Nothing, pageHeight: frameHeight);
}
