namespace MangaMotion.Formats;

/// <summary>Writes TIFFs as cameras and scanners do: a small copy first, the picture in a directory that belongs to it.</summary>
internal static class TiffFile
{
    private const int Width = 240, Height = 160, IconWidth = 96, IconHeight = 64;

    /// <summary>A grey icon of 96 × 64 pixels whose SubIFD is a picture of four colours.</summary>
    /// <param name="isSensor">Whether the picture says that it holds the values of a sensor (colour filter array).</param>
    public static byte[] WithIcon(IReadOnlyList<double[]> quarters, bool isSensor)
    {
        const int IconAt = 1_000, PictureAt = IconAt + (IconWidth * IconHeight * 3), Second = 500;
        var file = new byte[PictureAt + (Width * Height * 3)];
        "II*\0"u8.CopyTo(file);
        BitConverter.TryWriteBytes(file.AsSpan(4), 8);
        Directory(file, 8, [(254, 1), .. Picture(IconWidth, IconHeight, IconAt, photometric: 2), (330, Second)]);
        Directory(file, Second, [(254, 0), .. Picture(Width, Height, PictureAt, photometric: isSensor ? 32_803 : 2)]);
        file.AsSpan(IconAt, IconWidth * IconHeight * 3).Fill(128);
        for (var i = 0; i < Width * Height * 3; i++)
        {
            var (x, y) = (i / 3 % Width, i / 3 / Width);
            file[PictureAt + i] = (byte)Math.Round(quarters[(y < Height / 2 ? 0 : 2) + (x < Width / 2 ? 0 : 1)][i % 3] * 255);
        }

        return file;
    }

    private static (ushort Tag, int Value)[] Picture(int width, int height, int at, int photometric) =>
        [(256, width), (257, height), (258, 8), (259, 1), (262, photometric), (273, at), (277, 3), (278, height), (279,
            width * height * 3)];

    /// <summary>All values as LONG; the bits of each sample as one number, which holds for all three.</summary>
    private static void Directory(byte[] file, int at, (ushort Tag, int Value)[] entries)
    {
        BitConverter.TryWriteBytes(file.AsSpan(at), (ushort)entries.Length);
        foreach (var (i, (tag, value)) in entries.Index())
        {
            var entry = file.AsSpan(at + 2 + (12 * i));
            BitConverter.TryWriteBytes(entry, tag);
            BitConverter.TryWriteBytes(entry[2..], (ushort)(tag is 258 or 259 or 262 or 277 ? 3 : 4));
            BitConverter.TryWriteBytes(entry[4..], 1);
            BitConverter.TryWriteBytes(entry[8..], value);
        }
    }
}
