using System.Globalization;
using System.Text;

namespace MangaMotion.Media.Images;

/// <summary>The head of a binary PPM as ffmpeg writes it, <c>P6\nWIDTH HEIGHT\n255\n</c>; rows of 8-bit red, green and blue follow.</summary>
/// <param name="Bytes">Of the head itself.</param>
internal readonly record struct PixmapHeader(int Width, int Height, int Bytes)
{
    private const int Longest = 40;

    /// <summary>Bytes of head and pixels.</summary>
    public long FileBytes => Bytes + (3L * Width * Height);

    /// <summary>Null for anything else.</summary>
    public static PixmapHeader? Read(ReadOnlySpan<byte> pixmap)
    {
        var lines = Encoding.ASCII.GetString(pixmap[..Math.Min(pixmap.Length, Longest)]).Split('\n');
        return lines.Length >= 4 && lines[0] == "P6" && lines[1].Split(' ') is [var across, var down]
            && int.TryParse(across, NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            && int.TryParse(down, NumberStyles.None, CultureInfo.InvariantCulture, out var height)
            ? new(width, height, lines[0].Length + lines[1].Length + lines[2].Length + 3)
            : null;
    }
}
