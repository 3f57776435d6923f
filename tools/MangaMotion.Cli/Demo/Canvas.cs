using System.Buffers.Binary;
using System.IO.Compression;

namespace MangaMotion.Cli.Demo;

/// <summary>A picture in 8-bit RGBA that can be drawn on and written as PNG; enough for the demo's own samples.</summary>
internal sealed class Canvas(int width, int height)
{
    private static readonly uint[] Crc = Enumerable.Range(0, 256).Select(CrcOf).ToArray();
    private readonly byte[] _pixels = new byte[width * height * 4];

    public int Width { get; } = width;

    public int Height { get; } = height;

    /// <summary>Paints every pixel by a function of its position, both coordinates from 0 to 1.</summary>
    public void Fill(Func<double, double, Colour> paint)
    {
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
                Set(x, y, paint((x + 0.5) / Width, (y + 0.5) / Height));
        }
    }

    /// <summary>Paints the inside of a shape; its edge is smoothed over one pixel.</summary>
    /// <param name="distance">Pixels from the shape's edge at a pixel; negative inside.</param>
    public void Draw(Func<double, double, double> distance, Colour colour) => DrawBox(0, 0, Width, Height, distance, colour);

    /// <summary>The same for a shape that lies within a box, pixels, so that not all of the picture is looked at.</summary>
    public void DrawBox(double left, double top, double right, double bottom, Func<double, double, double> distance, Colour colour)
    {
        for (var y = Math.Max(0, (int)top); y < Math.Min(Height, bottom); y++)
        {
            for (var x = Math.Max(0, (int)left); x < Math.Min(Width, right); x++)
            {
                var cover = Math.Clamp(0.5 - distance(x + 0.5, y + 0.5), 0, 1);
                if (cover > 0)
                    Blend(x, y, colour, cover);
            }
        }
    }

    /// <summary>Copies another picture in; it must fit.</summary>
    public void Paste(Canvas other, int left, int top)
    {
        for (var y = 0; y < other.Height; y++)
            other._pixels.AsSpan(y * other.Width * 4, other.Width * 4).CopyTo(_pixels.AsSpan((((top + y) * Width) + left) * 4));
    }

    /// <summary>8-bit RGBA PNG, as in the PNG specification (ISO/IEC 15948).</summary>
    public void SavePng(string path)
    {
        using var file = File.Create(path);
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Height);
        (header[8], header[9]) = (8, 6);
        Chunk(file, "IHDR"u8, header);
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; y < Height; y++)
            {
                zlib.WriteByte(0);
                zlib.Write(_pixels, y * Width * 4, Width * 4);
            }
        }

        Chunk(file, "IDAT"u8, data.ToArray());
        Chunk(file, "IEND"u8, []);
    }

    private void Set(int x, int y, Colour colour)
    {
        var at = ((y * Width) + x) * 4;
        (_pixels[at], _pixels[at + 1], _pixels[at + 2], _pixels[at + 3]) = (Byte(colour.Red), Byte(colour.Green), Byte(colour.Blue), Byte(colour.Alpha));
    }

    private void Blend(int x, int y, Colour colour, double cover)
    {
        var at = ((y * Width) + x) * 4;
        var under = new Colour(_pixels[at] / 255.0, _pixels[at + 1] / 255.0, _pixels[at + 2] / 255.0, _pixels[at + 3] / 255.0);
        Set(x, y, Colour.Mix(under, colour, cover * colour.Alpha) with { Alpha = Math.Max(under.Alpha, cover * colour.Alpha) });
    }

    private static byte Byte(double part) => (byte)Math.Clamp(Math.Round(part * 255), 0, 255);

    private static void Chunk(Stream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Update(Update(uint.MaxValue, type), data));
        file.Write(number);
    }

    private static uint Update(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var value in data)
            crc = Crc[(crc ^ value) & 0xFF] ^ (crc >> 8);
        return crc;
    }

    private static uint CrcOf(int value)
    {
        var crc = (uint)value;
        for (var bit = 0; bit < 8; bit++)
            crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        return crc;
    }
}

/// <summary>Parts from 0 to 1.</summary>
internal readonly record struct Colour(double Red, double Green, double Blue, double Alpha = 1)
{
    public static Colour Mix(Colour a, Colour b, double share) => new(
        a.Red + ((b.Red - a.Red) * share), a.Green + ((b.Green - a.Green) * share), a.Blue + ((b.Blue - a.Blue) * share), a.Alpha + ((b.Alpha - a.Alpha) * share));
}
