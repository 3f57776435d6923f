using System.Globalization;

namespace MangaMotion.Film.Pages;

/// <summary>How a panel of a page is set on a canvas. All in pixels.</summary>
/// <param name="X">The panel on its page, with <paramref name="Y"/>, <paramref name="CutWidth"/> and <paramref name="CutHeight"/>.</param>
/// <param name="Left">Where the panel lies on the canvas.</param>
/// <param name="PanelWidth">Of the panel on the canvas.</param>
public sealed record PanelCanvas(int X, int Y, int CutWidth, int CutHeight, int Width, int Height, int Left, int Top, int PanelWidth, int PanelHeight)
{
    /// <summary>Name of the file with the mask, raw 8-bit values.</summary>
    internal const string Mask = "mask.gray";

    /// <summary>Side of the small copy of the panel that becomes the backdrop, how much light it keeps, and how much all of it gets.</summary>
    private const int Blurred = 48;
    private const double Light = 0.4;
    private const int Glow = 16;

    internal string[] MaskInput =>
    [
        "-protocol_whitelist", "file", "-format_whitelist", "rawvideo", "-f", "rawvideo", "-pix_fmt", "gray",
        "-video_size", string.Create(CultureInfo.InvariantCulture, $"{PanelWidth}x{PanelHeight}"), "-i", $"file:{Mask}",
    ];

    /// <summary>
    /// ffmpeg's graph. Where the panel does not fill the canvas, the rest is the panel itself, out of focus and dark: it belongs to the
    /// picture, and no eye goes there.
    /// </summary>
    /// <param name="masked">There is a second input, the mask.</param>
    internal string Filter(bool masked)
    {
        const string Out = "scale=out_color_matrix=bt709:out_range=tv,format=yuv444p";
        var panel = $"[0:v]crop={CutWidth}:{CutHeight}:{X}:{Y}:exact=1,format=gbrp";
        var scaled = $"scale={PanelWidth}:{PanelHeight}:flags=bicubic+accurate_rnd+full_chroma_int";
        if (!masked && Left <= 0 && Top <= 0 && Left + PanelWidth >= Width && Top + PanelHeight >= Height)
            return $"{panel},{scaled},crop={Width}:{Height}:{-Left}:{-Top}:exact=1,{Out}";

        var light = string.Create(CultureInfo.InvariantCulture, $"val*{Light}+{Glow}");
        var backdrop = $"scale={Blurred}:{Blurred}:flags=area,gblur=sigma=3,lutrgb=r={light}:g={light}:b={light},scale={Width}:{Height}:flags=bicubic";
        var front = masked ? $"{scaled},format=rgba[whole];[whole][1:v]alphamerge[front]" : $"{scaled}[front]";
        return $"{panel},split[a][b];[a]{backdrop}[back];[b]{front};[back][front]overlay={Left}:{Top}:format=gbrp,{Out}";
    }
}
