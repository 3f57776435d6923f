using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Lettering;

/// <summary>A page at the size at which lettering is looked for.</summary>
public sealed class LetteringPage
{
    private const int LongSide = 1_400;

    /// <summary>For strips, whose longer side means nothing.</summary>
    private const double MostPixels = 20_000_000;

    private LetteringPage(GreyPlane plane, double scale, double unit) => (Plane, Scale, Unit) = (plane, scale, unit);

    internal GreyPlane Plane { get; }

    /// <summary>Pixels of the plane for one of the page, at most 1.</summary>
    internal double Scale { get; }

    /// <summary>The longer side in pixels of the plane, or 1.6 shorter ones, against which letters are measured.</summary>
    internal double Unit { get; }

    /// <param name="grey">8-bit grey pixels, row after row without gaps; 0 is black.</param>
    public static LetteringPage Of(ReadOnlySpan<byte> grey, int width, int height)
    {
        var unit = Math.Min(Math.Max(width, height), 1.6 * Math.Min(width, height));
        var scale = Math.Min(Math.Min(1, LongSide / unit), Math.Sqrt(MostPixels / width / height));
        return new(GreyPlane.Shrink(grey, width, height, width, Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale))), scale, unit * scale);
    }
}
