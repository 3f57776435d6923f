using System.Buffers.Binary;
using System.Text;

namespace MangaMotion.MediaHost.Vips;

/// <summary>
/// The chunks of a PNG that libvips does not report. Source: PNG, third edition: cICP, gAMA, cHRM, sRGB (11.3.2) and acTL (11.3.6).
/// </summary>
internal static class PngChunks
{
    /// <summary>Reads the colours declared by cICP, or by gAMA and cHRM; null if the file declares sRGB or nothing.</summary>
    public static ColourSignal? ReadColour(Stream png)
    {
        var (gamma, primaries) = (0.0, default(double[]));
        foreach (var (type, content) in Read(png))
        {
            switch (type)
            {
                case "cICP" when content.Length >= 4:
                    var colour = ColourSignal.FromCodePoints(content[0], content[1]);
                    return colour is null ? null : colour with { OutranksProfile = true, IsNarrow = content[3] == 0 };
                case "sRGB":
                    return null;
                case "gAMA" when content.Length >= 4:
                    gamma = Fraction(content, 0);
                    break;
                case "cHRM" when content.Length >= 32:
                    primaries = Chromaticities(content);
                    break;
            }
        }

        if (gamma <= 0 && primaries is null)
            return null;
        return gamma > 0
            ? new ColourSignal(primaries ?? ColourSignal.Bt709, Transfer.Power, 1 / gamma)
            : new ColourSignal(primaries!, Transfer.Srgb);
    }

    /// <summary>Counts the frames of an APNG; 1 for a still picture.</summary>
    public static int CountFrames(Stream png) =>
        Read(png).Where(chunk => chunk.Type == "acTL" && chunk.Content.Length >= 4)
            .Select(chunk => Math.Max(1, BinaryPrimitives.ReadInt32BigEndian(chunk.Content))).FirstOrDefault(1);

    /// <summary>Reads the chunks before the pixels, each with its first 32 bytes, in the order in which they outrank each other.</summary>
    private static List<(string Type, byte[] Content)> Read(Stream png)
    {
        const int Most = 1_000;
        var chunks = new List<(string Type, byte[] Content)>();
        var buffer = new byte[40];
        for (long at = 8; chunks.Count < Most && at + 8 <= png.Length;)
        {
            png.Position = at;
            var read = png.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            var (length, type) = (BinaryPrimitives.ReadUInt32BigEndian(buffer), Encoding.Latin1.GetString(buffer, 4, 4));
            if (type == "IDAT")
                break;
            chunks.Add((type, buffer[8..(int)Math.Min(read, 8 + (long)length)]));
            at += 12 + (long)length;
        }

        return [.. chunks.OrderBy(chunk => chunk.Type switch { "cICP" => 0, "sRGB" => 1, _ => 2 })];
    }

    /// <summary>Reads cHRM, which holds white first, then red, green and blue; null if the numbers are invalid.</summary>
    private static double[]? Chromaticities(byte[] content)
    {
        double[] values = [.. Enumerable.Range(0, 8).Select(i => Fraction(content, 4 * ((i + 2) % 8)))];
        return values.All(value => value <= 1) && values.Where((_, i) => i % 2 == 1).All(y => y > 0) ? values : null;
    }

    private static double Fraction(byte[] content, int at) => BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(at)) / 100_000.0;
}
