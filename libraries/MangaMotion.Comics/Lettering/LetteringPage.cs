using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Lettering;

/// <summary>Page reduced to the size at which lettering is searched.</summary>
public sealed class LetteringPage
{
    private const int UnitPixels = 1_400;

    /// <summary>Bounds the plane of a strip, whose longer side does not measure its letters.</summary>
    private const double MaxPixels = 20_000_000;

    private LetteringPage(GreyPlane plane, double scale, double unit) => (Plane, Scale, Unit) = (plane, scale, unit);

    internal GreyPlane Plane { get; }

    /// <summary>Pixels of the plane for one page pixel, at most 1.</summary>
    internal double Scale { get; }

    /// <summary>Longer side in pixels of the plane, at most 1.6 shorter sides. Letter sizes are shares of it.</summary>
    internal double Unit { get; }

    /// <summary>Reduces a page for the search.</summary>
    /// <param name="grey">8-bit grey pixels, row by row without gaps; 0 is black.</param>
    public static LetteringPage Create(ReadOnlySpan<byte> grey, int width, int height)
    {
        var unit = Math.Min(Math.Max(width, height), 1.6 * Math.Min(width, height));
        var scale = Math.Min(Math.Min(1, UnitPixels / unit), Math.Sqrt(MaxPixels / width / height));
        int newWidth = Math.Max(1, (int)Math.Round(width * scale)), newHeight = Math.Max(1, (int)Math.Round(height * scale));
        return new(GreyPlane.Shrink(grey, width, height, width, newWidth, newHeight), scale, unit * scale);
    }
}
