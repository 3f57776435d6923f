using System.Globalization;

namespace MangaMotion.Film.Pages;

/// <summary>Place of a panel on its page and on a canvas, in pixels.</summary>
/// <param name="X">Left side of the panel on its page.</param>
/// <param name="Y">Top side of the panel on its page.</param>
/// <param name="CutWidth">Width of the panel on its page.</param>
/// <param name="CutHeight">Height of the panel on its page.</param>
/// <param name="Width">Width of the canvas.</param>
/// <param name="Height">Height of the canvas.</param>
/// <param name="Left">Left side of the panel on the canvas.</param>
/// <param name="Top">Top side of the panel on the canvas.</param>
/// <param name="PanelWidth">Width of the panel on the canvas.</param>
/// <param name="PanelHeight">Height of the panel on the canvas.</param>
public sealed record PanelCanvas(
    int X, int Y, int CutWidth, int CutHeight, int Width, int Height, int Left, int Top, int PanelWidth, int PanelHeight)
{
    /// <summary>Name of the file with the mask, raw 8-bit values.</summary>
    internal const string Mask = "mask.gray";

    /// <summary>Side of the small copy of the panel that becomes the backdrop, in pixels.</summary>
    private const int Blurred = 48;

    /// <summary>Share of its light that the backdrop keeps.</summary>
    private const double Light = 0.4;

    /// <summary>Light that is added to the backdrop, so that a black panel has one, too.</summary>
    private const int Glow = 16;

    internal string[] MaskInput =>
    [
        "-protocol_whitelist", "file", "-format_whitelist", "rawvideo", "-f", "rawvideo", "-pix_fmt", "gray",
        "-video_size", string.Create(CultureInfo.InvariantCulture, $"{PanelWidth}x{PanelHeight}"), "-i", $"file:{Mask}",
    ];

    /// <summary>
    /// Creates ffmpeg's graph. Around the panel the canvas shows the panel itself, out of focus and dark.
    /// </summary>
    /// <param name="masked">Whether the mask is the second input.</param>
    internal string Filter(bool masked)
    {
        const string Out = "scale=out_color_matrix=bt709:out_range=tv,format=yuv444p";
        var panel = $"[0:v]crop={CutWidth}:{CutHeight}:{X}:{Y}:exact=1,format=gbrp";
        var scaled = $"scale={PanelWidth}:{PanelHeight}:flags=bicubic+accurate_rnd+full_chroma_int";
        if (!masked && Left <= 0 && Top <= 0 && Left + PanelWidth >= Width && Top + PanelHeight >= Height)
            return $"{panel},{scaled},crop={Width}:{Height}:{-Left}:{-Top}:exact=1,{Out}";

        var light = string.Create(CultureInfo.InvariantCulture, $"val*{Light}+{Glow}");
        var backdrop = $"scale={Blurred}:{Blurred}:flags=area,gblur=sigma=3,lutrgb=r={light}:g={light}:b={light},"
            + $"scale={Width}:{Height}:flags=bicubic";
        var front = masked ? $"{scaled},format=rgba[whole];[whole][1:v]alphamerge[front]" : $"{scaled}[front]";
        return $"{panel},split[a][b];[a]{backdrop}[back];[b]{front};[back][front]overlay={Left}:{Top}:format=gbrp,{Out}";
    }
}
