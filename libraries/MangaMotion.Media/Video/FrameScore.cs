using System.Globalization;
using System.Text;

namespace MangaMotion.Media.Video;

/// <summary>
/// How good a poster a frame makes. Detail counts (blur has none, nor have fades); frames that are nearly black, nearly white
/// or of one colour count almost nothing.
/// </summary>
internal static class FrameScore
{
    /// <summary>Enough not to look for a better one.</summary>
    public const double Good = 2;

    /// <summary>Scores a binary PPM; 0 for a frame that shows nothing.</summary>
    public static double OfPixmap(ReadOnlySpan<byte> pixmap)
    {
        var (width, height, start) = Header(pixmap);
        return width < 3 || height < 3 || pixmap.Length - start < width * height * 3 ? 0 : Of(pixmap[start..], width, height);
    }

    /// <summary>Scores rows of 8-bit red, green and blue.</summary>
    public static double Of(ReadOnlySpan<byte> rgb, int width, int height)
    {
        // About 320 columns are plenty, at the frame's own sharpness: neighbours are compared, not samples.
        var step = Math.Max(1, width / 320);
        var (count, sum, squares, edges) = (0, 0.0, 0.0, 0.0);
        for (var y = 1; y < height - 1; y += step)
        {
            for (var x = 1; x < width - 1; x += step)
            {
                var at = ((y * width) + x) * 3;
                var green = rgb[at + 1];
                sum += green;
                squares += green * green;
                edges += Math.Abs((4 * green) - rgb[at - 2] - rgb[at + 4] - rgb[at + 1 - (width * 3)] - rgb[at + 1 + (width * 3)]);
                count++;
            }
        }

        var mean = sum / count;
        var spread = Math.Sqrt(Math.Max(0, (squares / count) - (mean * mean)));
        var exposure = Math.Clamp((mean - 12) / 30, 0, 1) * Math.Clamp((250 - mean) / 30, 0, 1);
        return exposure * Math.Min(1, spread / 20) * Math.Min(20, 0.2 + (edges / count));
    }

    private static (int Width, int Height, int Start) Header(ReadOnlySpan<byte> pixmap)
    {
        // "P6\nWIDTH HEIGHT\n255\n", as ffmpeg writes it.
        var text = Encoding.ASCII.GetString(pixmap[..Math.Min(pixmap.Length, 40)]);
        var lines = text.Split('\n');
        return lines.Length >= 4 && lines[0] == "P6" && lines[1].Split(' ') is [var width, var height]
            ? (Number(width), Number(height), lines[0].Length + lines[1].Length + lines[2].Length + 3)
            : (0, 0, 0);

        static int Number(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }
}
