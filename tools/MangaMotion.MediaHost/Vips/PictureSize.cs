using MangaMotion.Media.Hosts;

namespace MangaMotion.MediaHost.Vips;

/// <summary>Sizes of the whole picture for variants, in pixels. No size is larger than the picture.</summary>
internal static class PictureSize
{
    /// <summary>
    /// Most pixels of a whole picture from which a square is cut: 120 MB in memory. A longer strip gives a smaller square.
    /// </summary>
    private const double MaxPixelsOfWhole = 40_000_000;

    /// <summary>Computes width and height of the largest whole picture that the variants need.</summary>
    public static (int Width, int Height) OfLargest(int width, int height, HostPictures pictures) =>
        pictures.Variants.Select(variant => OfWhole(width, height, variant)).MaxBy(size => (long)size.Width * size.Height);

    /// <summary>Computes width and height of the whole picture from which a variant is made.</summary>
    public static (int Width, int Height) OfWhole(int width, int height, HostVariant variant) => variant.Crop
        ? Scale(width, height, Math.Min(
            (double)variant.Size / Math.Min(width, height), Math.Sqrt(MaxPixelsOfWhole / width / height)))
        : Fit(width, height, variant.Size);

    /// <summary>Computes width and height that fit into a square of <paramref name="size"/> pixels.</summary>
    public static (int Width, int Height) Fit(int width, int height, int size) =>
        Scale(width, height, (double)size / Math.Max(width, height));

    private static (int Width, int Height) Scale(int width, int height, double scale)
    {
        scale = Math.Min(1, scale);
        return (Side(width), Side(height));

        int Side(int side) => Math.Max(1, (int)Math.Round(side * scale, MidpointRounding.AwayFromZero));
    }
}
