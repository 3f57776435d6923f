using NetVips;

namespace MangaMotion.MediaHost.Vips;

/// <summary>A picture and the facts about it that libvips does not report.</summary>
/// <param name="Type">Sniffed type, such as <c>image/jpeg</c>.</param>
internal sealed record PictureFile(string Path, string Type)
{
    /// <summary>The picture to load from a TIFF.</summary>
    public TiffLayout Tiff { get; private init; } = new(0, -1, 1);

    /// <summary>Colours declared by numbers; null if the ICC profile counts, or those of sRGB.</summary>
    public ColourSignal? Colour { get; private init; }

    /// <summary>Frames of an animation that libvips loads as a still picture; 1 for all others.</summary>
    public int HiddenFrames { get; private init; } = 1;

    /// <summary>Reads the facts that stand in the file itself.</summary>
    public static PictureFile Read(string path, string type)
    {
        var file = new PictureFile(path, type);
        switch (type)
        {
            case "image/tiff":
                return file with { Tiff = TiffLayout.Read(path) };
            case "image/png":
                using (var png = File.OpenRead(path))
                    return file with { Colour = PngChunks.ReadColour(png), HiddenFrames = PngChunks.CountFrames(png) };
            case "image/heic" or "image/avif":
                using (var heif = File.OpenRead(path))
                {
                    var boxes = HeifBoxes.Read(heif);
                    return file with { Colour = boxes.ReadColour(), HiddenFrames = boxes.CountFrames() };
                }

            default:
                return file;
        }
    }

    /// <summary>Decides which colours count once the header is known: a profile outranks all others except cICP and HDR.</summary>
    public PictureFile WithHeader(Image header)
    {
        const string Option = "exif-ifd4-InteroperabilityIndex";
        var isAdobeRgb = Type == "image/jpeg" && header.Contains(Option) && header.Get(Option) is string index
            && index.StartsWith("R03", StringComparison.Ordinal);
        var colour = isAdobeRgb ? ColourSignal.AdobeRgb : Colour;
        if (colour is { OutranksProfile: false } && Colours.HasProfile(header))
            colour = null;
        return this with { Colour = colour is { IsSrgb: true } ? null : colour };
    }
}
