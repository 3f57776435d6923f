using System.Buffers.Binary;
using System.Text;
using NetVips;

namespace MangaMotion.MediaHost.Vips;

/// <summary>Conversion of any pixels (CMYK, 16 bits, grey, with a profile, transparent) to 8-bit sRGB or grey.</summary>
internal static class Colours
{
    private const string Profile = "icc-profile-data";

    public static bool HasProfile(Image image) => image.Contains(Profile);

    /// <summary>
    /// Whether the numbers of the picture are sRGB or grey without conversion, for readers that ignore profiles and declared colours.
    /// </summary>
    public static bool IsPlain(Image image, ColourSignal? colour) =>
        colour is null
        && image.Interpretation
            is Enums.Interpretation.Srgb or Enums.Interpretation.Bw or Enums.Interpretation.Rgb16 or Enums.Interpretation.Grey16
        && (!image.Contains(Profile) || (image.Get(Profile) is byte[] profile && IsSrgb(profile)));

    /// <summary>Converts pixels whose colours libvips does not recognize (CIE L*a*b*, or declared by numbers) to sRGB or grey.</summary>
    public static Image Prepare(ImageScope scope, Image image, PictureFile file)
    {
        if (file.Tiff.Lab is not null)
            image = LabTiff.ToSrgb(scope, image);
        else if (file.Colour is { } colour)
            image = ColourConversion.ToSrgb(scope, image, colour);
        else
            return image;
        return image.Contains(Profile) ? scope.Own(image.Mutate(copy => copy.Remove(Profile))) : image;
    }

    /// <summary>
    /// Blends transparent pixels with the background. Call it before resizing, so that no colour of invisible pixels spreads.
    /// </summary>
    public static Image Flatten(ImageScope scope, Image image, double[] background)
    {
        if (!image.HasAlpha())
            return image;

        if (image.Bands == 2 && background.Distinct().Count() > 1)
            image = To(scope, image, image.Format == Enums.BandFormat.Ushort ? Enums.Interpretation.Rgb16 : Enums.Interpretation.Srgb);

        var full = image.Format == Enums.BandFormat.Ushort ? 257 : 1;
        double[] paper = [.. background.Take(image.Bands == 2 ? 1 : 3).Select(c => c * full)];
        return scope.Own(image.Flatten(background: image.Interpretation == Enums.Interpretation.Cmyk ? [0.0] : paper));
    }

    public static Image ToSrgb(ImageScope scope, Image image)
    {
        var hasOtherProfile = image.Contains(Profile) && image.Get(Profile) is byte[] profile && !IsSrgb(profile);
        if (image.Interpretation == Enums.Interpretation.Cmyk || hasOtherProfile)
            image = Transform(scope, image);

        var wanted = image.Bands < 3 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb;
        if (image.Interpretation != wanted)
            image = To(scope, image, wanted);
        if (image.Bands > 3)
            image = scope.Own(image.ExtractBand(0, n: 3));
        return image.Format == Enums.BandFormat.Uchar ? image : scope.Own(image.Cast(Enums.BandFormat.Uchar));
    }

    public static Image To(ImageScope scope, Image image, Enums.Interpretation space) => scope.Own(image.Colourspace(space));

    private static Image Transform(ImageScope scope, Image image)
    {
        try
        {
            var fallback = image.Interpretation == Enums.Interpretation.Cmyk ? "cmyk" : "srgb";
            return scope.Own(image.IccTransform("srgb", embedded: true, inputProfile: fallback, depth: 8));
        }
        catch (VipsException)
        {
            // The profile is damaged or meant for another kind of image. The colours stay as they are, as in every viewer.
            return image;
        }
    }

    /// <summary>True if the description of an ICC profile names sRGB, as in most pictures that have a profile.</summary>
    private static bool IsSrgb(ReadOnlySpan<byte> profile)
    {
        const int Header = 128, Entry = 12;
        if (profile.Length < Header + 4)
            return false;

        var tags = Math.Min(BinaryPrimitives.ReadUInt32BigEndian(profile[Header..]), 100);
        for (var i = 0; i < tags && profile.Length >= Header + 4 + ((i + 1) * Entry); i++)
        {
            var entry = profile.Slice(Header + 4 + (i * Entry), Entry);
            if (!entry[..4].SequenceEqual("desc"u8))
                continue;
            var (offset, length) = (BinaryPrimitives.ReadUInt32BigEndian(entry[4..]), BinaryPrimitives.ReadUInt32BigEndian(entry[8..]));
            if (offset + (long)length > profile.Length)
                return false;

            // ASCII in version 2, UTF-16 in version 4: the same text without its zero bytes.
            var text = Encoding.Latin1.GetString(profile.Slice((int)offset, (int)length)).Replace("\0", "", StringComparison.Ordinal);
            return text.Contains("sRGB IEC61966", StringComparison.Ordinal) || text.Contains("sRGB built-in", StringComparison.Ordinal);
        }

        return false;
    }
}
