using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace MangaMotion.Formats;

/// <summary>Writes PNGs with exact numbers and chunks of choice, which no tool here writes.</summary>
internal static class PngFile
{
    private const int Width = 240, Height = 160;

    /// <summary>Four quarters of colours given as parts of full scale, as 8 or 16 bits.</summary>
    public static byte[] Write(int bits, IReadOnlyList<double[]> quarters, params IReadOnlyList<(string Type, byte[] Content)> chunks)
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Chunk(png, "IHDR", [.. Number(Width), .. Number(Height), (byte)bits, 2, 0, 0, 0]);
        foreach (var (type, content) in chunks)
            Chunk(png, type, content);
        Chunk(png, "IDAT", Pixels(bits, quarters));
        Chunk(png, "IEND", []);
        return png.ToArray();
    }

    public static byte[] Number(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    private static byte[] Pixels(int bits, IReadOnlyList<double[]> quarters)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest))
        {
            for (var y = 0; y < Height; y++)
            {
                zlib.WriteByte(0);
                for (var x = 0; x < Width; x++)
                {
                    foreach (var part in quarters[(y < Height / 2 ? 0 : 2) + (x < Width / 2 ? 0 : 1)])
                    {
                        var value = (int)Math.Round(Math.Clamp(part, 0, 1) * ((1 << bits) - 1));
                        if (bits == 16)
                            zlib.WriteByte((byte)(value >> 8));
                        zlib.WriteByte((byte)value);
                    }
                }
            }
        }

        return packed.ToArray();
    }

    private static void Chunk(MemoryStream png, string type, byte[] content)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(type), .. content];
        png.Write([.. Number(content.Length), .. named, .. Number((int)Crc32.HashToUInt32(named))]);
    }
}
