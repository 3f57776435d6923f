using System.Text;

namespace MangaMotion.Hostile.Files;

/// <summary>Unsupported types with names of supported types, and supported types with wrong names.</summary>
internal static class UnsupportedTypes
{
    public static IEnumerable<HostileFile> All(IReadOnlyDictionary<string, byte[]> good)
    {
        yield return Unsupported("bitmap.png", [.. "BM"u8, .. new byte[200]]);
        yield return Unsupported("photoshop.jpg", [.. "8BPS\0\u0001"u8, .. new byte[200]]);
        yield return Unsupported("jpeg 2000.jpg", [0, 0, 0, 12, .. "jP  \r\n"u8, 0x87, .. "\n"u8, .. new byte[200]]);
        yield return Unsupported("codestream.jpg", [0xFF, 0x4F, 0xFF, 0x51, .. new byte[200]]);
        yield return Unsupported("jpeg xl.jpg", [0xFF, 0x0A, .. new byte[200]]);
        yield return Unsupported("pixmap.png", "P6\n64 64\n255\n"u8);
        yield return Unsupported("icon.gif", [0, 0, 1, 0, 1, 0, .. new byte[100]]);
        yield return Unsupported("exr.tiff", [0x76, 0x2F, 0x31, 1, .. new byte[100]]);
        yield return Unsupported("radiance.webp", "#?RADIANCE\n\n-Y 99 +X 99\n"u8);
        yield return Unsupported("fits.tiff", Encoding.ASCII.GetBytes("SIMPLE  =                    T".PadRight(2880)));
        yield return Unsupported("vips.png", [0xB6, 0xA6, 0xF2, 0x08, .. new byte[100]]);
        yield return Unsupported("matlab.png", Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file".PadRight(128) + "\0\u0001IM"));
        yield return Unsupported("djvu.pdf", [.. "AT&TFORM"u8, .. new byte[100]]);
        yield return Unsupported("old office.pdf", [0xD0, 0xCF, 0x11, 0xE0, .. new byte[600]]);
        yield return Unsupported("page.gif", "<!doctype html><script>1</script>"u8);
        yield return Unsupported("program.mp3", [0x7F, .. "ELF"u8, .. new byte[100]]);
        yield return Unsupported("dos program.mp4", [.. "MZ"u8, .. new byte[100]]);
        yield return Unsupported("windows media.mp4", [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, .. new byte[100]]);
        yield return Unsupported("real media.mp4", [.. ".RMF"u8, .. new byte[100]]);
        yield return Unsupported(
            "transport stream.mp4", [.. Enumerable.Repeat<byte[]>([0x47, .. new byte[187]], 4).SelectMany(packet => packet)]);
        yield return Unsupported("midi.mp3", [.. "MThd"u8, .. new byte[100]]);
        yield return new HostileFile("extension", "rar.cbz", [.. "Rar!\u001A\u0007"u8, .. new byte[100]], Ending.Refused);
        yield return new HostileFile("extension", "7z.cbz", [.. "7z"u8, 0xBC, 0xAF, 0x27, 0x1C, .. new byte[100]], Ending.Refused);
        yield return new HostileFile("extension", "tar.zip", [.. new byte[257], .. "ustar"u8, .. new byte[250]], Ending.Refused);
        yield return Unsupported("json.png", "{\"a\":[[[[[[[[1]]]]]]]]}"u8);
        yield return Unsupported("text.mp4", "Just a few words."u8);
        yield return Unsupported("empty.jpg", []);
        yield return Unsupported("one byte.png", [0x89]);
        yield return Unsupported("a megabyte of zeros.mp4", new byte[1 << 20]);
        yield return Unsupported("noise.webp", Noise(100_000));

        foreach (var (extension, name) in ((string, string)[])[("png", "png.mp4"), ("mp3", "mp3.pdf"), ("pdf", "pdf.jpg"),
            ("mp4", "mp4.png"), ("gif", "gif.zip"), ("webp", "webp")])
            yield return new HostileFile("extension", name, good[extension], Ending.Done);
    }

    private static HostileFile Unsupported(string name, ReadOnlySpan<byte> content) =>
        new("extension", name, content.ToArray(), "media.unsupported");

    private static byte[] Noise(int bytes)
    {
        var noise = new byte[bytes];
        new Random(1).NextBytes(noise);
        return noise;
    }
}
