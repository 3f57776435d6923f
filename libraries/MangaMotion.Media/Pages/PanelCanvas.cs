namespace MangaMotion.Media.Pages;

/// <summary>How a panel of a page is set on a canvas. All in pixels.</summary>
/// <param name="X">The panel on its page, with <paramref name="Y"/>, <paramref name="CutWidth"/> and <paramref name="CutHeight"/>.</param>
/// <param name="Left">Where the panel lies on the canvas.</param>
/// <param name="PanelWidth">Of the panel on the canvas.</param>
public sealed record PanelCanvas(int X, int Y, int CutWidth, int CutHeight, int Width, int Height, int Left, int Top, int PanelWidth, int PanelHeight)
{
    /// <summary>Side of the small copy of the panel that becomes the backdrop, and how much light it keeps.</summary>
    private const int Blurred = 48;
    private const double Light = 0.3;

    /// <summary>
    /// ffmpeg's graph. Where the panel does not fill the canvas, the rest is the panel itself, out of focus and dark: it belongs to the
    /// picture, and no eye goes there.
    /// </summary>
    internal string Filter
    {
        get
        {
            const string Out = "scale=out_color_matrix=bt709:out_range=tv,format=yuv444p";
            var panel = $"crop={CutWidth}:{CutHeight}:{X}:{Y}:exact=1,format=gbrp";
            var scaled = $"scale={PanelWidth}:{PanelHeight}:flags=bicubic+accurate_rnd+full_chroma_int";
            if (Left <= 0 && Top <= 0 && Left + PanelWidth >= Width && Top + PanelHeight >= Height)
                return $"{panel},{scaled},crop={Width}:{Height}:{-Left}:{-Top}:exact=1,{Out}";

            var backdrop = $"scale={Blurred}:{Blurred}:flags=area,gblur=sigma=3,colorchannelmixer=rr={Light}:gg={Light}:bb={Light},scale={Width}:{Height}:flags=bicubic";
            return $"{panel},split[a][b];[a]{backdrop}[back];[b]{scaled}[front];[back][front]overlay={Left}:{Top}:format=gbrp,{Out}";
        }
    }
}
