using System.Buffers.Binary;
using System.Text;

namespace MangaMotion.MediaHost.Vips;

/// <summary>From whatever a file holds (CMYK, 16 bits, grey, a profile, transparency) to 8-bit sRGB or grey.</summary>
internal static class Colours
{
    private const string Profile = "icc-profile-data";

    /// <summary>Lays transparent pixels on the background. Before resizing, so that no colour bleeds out of what cannot be seen.</summary>
    public static VipsImage Flatten(VipsScope scope, VipsImage image, double[] background)
    {
        if (!image.HasAlpha)
            return image;

        if (image.Bands == 2 && background.Distinct().Count() > 1)
            image = To(scope, image, image.Format == BandFormat.UShort ? Interpretation.Rgb16 : Interpretation.Srgb);

        var full = image.Format == BandFormat.UShort ? 257 : 1;
        var paper = image.Interpretation == Interpretation.Cmyk ? [0.0] : image.Bands == 2 ? [background[0] * full] : background.Select(c => c * full).ToArray();
        return new Operation("flatten").Set("in", image).Set("background", paper).Run(scope);
    }

    public static VipsImage ToSrgb(VipsScope scope, VipsImage image)
    {
        if (image.Interpretation == Interpretation.Cmyk || (image.Has(Profile) && !IsSrgb(image.Blob(Profile))))
            image = Transform(scope, image);

        var wanted = image.Bands < 3 ? Interpretation.Grey : Interpretation.Srgb;
        if (image.Interpretation != wanted)
            image = To(scope, image, wanted);
        if (image.Bands > 3)
            image = new Operation("extract_band").Set("in", image).Set("band", 0).Set("n", 3).Run(scope);
        return image.Format == BandFormat.Byte ? image : new Operation("cast").Set("in", image).Set("format", (int)BandFormat.Byte).Run(scope);
    }

    public static VipsImage To(VipsScope scope, VipsImage image, Interpretation space) =>
        new Operation("colourspace").Set("in", image).Set("space", (int)space).Run(scope);

    private static VipsImage Transform(VipsScope scope, VipsImage image)
    {
        try
        {
            return new Operation("icc_transform")
                .Set("in", image)
                .Set("output_profile", "srgb")
                .Set("input_profile", image.Interpretation == Interpretation.Cmyk ? "cmyk" : "srgb")
                .Set("embedded", 1)
                .Set("depth", 8)
                .Run(scope);
        }
        catch (VipsException)
        {
            // A profile that is broken or meant for another kind of image: the colours are then taken as they are,
            // which is what every viewer does.
            return image;
        }
    }

    /// <summary>Most pictures with a profile say that they are in sRGB already, by its description.</summary>
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

            // ASCII in version 2, UTF-16 in version 4; without the zeroes both read the same.
            var text = Encoding.Latin1.GetString(profile.Slice((int)offset, (int)length)).Replace("\0", "", StringComparison.Ordinal);
            return text.Contains("sRGB IEC61966", StringComparison.Ordinal) || text.Contains("sRGB built-in", StringComparison.Ordinal);
        }

        return false;
    }
}
