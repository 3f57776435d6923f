using System.Globalization;
using System.Text;

namespace MangaMotion.Media.Images;

/// <summary>Header of a binary PPM as ffmpeg writes it, <c>P6\nWIDTH HEIGHT\n255\n</c>. Rows of 8-bit red, green and blue follow.</summary>
/// <param name="Bytes">Length of the header in bytes.</param>
internal readonly record struct PixmapHeader(int Width, int Height, int Bytes)
{
    private const int MaxLength = 40;

    /// <summary>Length of header and pixels in bytes.</summary>
    public long FileBytes => Bytes + (3L * Width * Height);

    /// <summary>Parses the header; null for any other content.</summary>
    public static PixmapHeader? Read(ReadOnlySpan<byte> pixmap)
    {
        var lines = Encoding.ASCII.GetString(pixmap[..Math.Min(pixmap.Length, MaxLength)]).Split('\n');
        return lines.Length >= 4 && lines[0] == "P6" && lines[2] == "255" && lines[1].Split(' ') is [var across, var down]
            && int.TryParse(across, NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            && int.TryParse(down, NumberStyles.None, CultureInfo.InvariantCulture, out var height)
            ? new(width, height, lines[0].Length + lines[1].Length + lines[2].Length + 3)
            : null;
    }
}
