using NetVips;

namespace MangaMotion.MediaHost.Vips;

/// <summary>Metadata of an image for which NetVips has no property.</summary>
internal static class ImageFields
{
    private const string Pages = "n-pages";
    private const string OrientationField = "orientation";

    /// <summary>
    /// Frames of an animation or pages of a TIFF, at least 1. Read from the field itself: libvips's own getter treats a number
    /// above ten thousand as invalid and returns 1.
    /// </summary>
    public static int Frames(this Image image) => image.Contains(Pages) && image.Get(Pages) is int pages ? Math.Max(1, pages) : 1;

    /// <summary>EXIF orientation, 1 to 8; 1 if the file has none or an invalid one.</summary>
    public static int Orientation(this Image image) =>
        image.Contains(OrientationField) && image.Get(OrientationField) is int and >= 1 and <= 8 and var orientation ? orientation : 1;

    /// <summary>A copy with the EXIF orientation set, 1 to 8.</summary>
    public static Image WithOrientation(this Image image, int orientation) =>
        image.Mutate(copy => copy.Set(GValue.GIntType, OrientationField, orientation));
}
