using System.Buffers.Binary;
using System.Text;
using MangaMotion.Media.Tests;

namespace MangaMotion.Hostile.Files;

/// <summary>Valid files with false sizes, counts, lengths and offsets in their headers.</summary>
internal static class FalseHeaders
{
    public static IEnumerable<HostileFile> Pictures(IReadOnlyDictionary<string, byte[]> good)
    {
        var (jpg, png, gif, tiff) = (good["jpg"], good["png"], good["gif"], good["tiff"]);

        yield return Lie("640 x 480.jpg", HandMade.WithSize(jpg, 640, 480), Ending.Refused);
        yield return Lie("3000 x 80.jpg", HandMade.WithSize(jpg, 3000, 80));
        yield return Lie("0 x 0.jpg", HandMade.WithSize(jpg, 0, 0), Ending.Refused);
        yield return Lie("1 x 5000.jpg", HandMade.WithSize(jpg, 1, 5000));
        yield return Lie("no end of a segment.jpg", [.. jpg[..2], 0xFF, 0xE1, 0xFF, 0xFF, .. jpg[2..200]], Ending.Refused);
        yield return Lie("orientation 200.jpg", HandMade.WithOrientation(jpg, 200), Ending.Done);
        yield return Lie("negative.png", HandMade.EmptyPng(-1, 10), Ending.Refused);
        yield return Lie("no pixels.png", HandMade.EmptyPng(100, 100), Ending.Refused);
        yield return Lie("wrong sum.png", Patched(png, 20, 1, 0), Ending.Refused);
        yield return Lie("640 x 480.gif", Patched(gif, 6, 0x80, 2, 0xE0, 1));
        yield return Lie("0 x 0.gif", Patched(gif, 6, 0, 0, 0, 0));
        yield return Lie("huge frame on a small screen.gif", WithFrame(gif, 1_000));
        yield return Lie("640 x 640.webp", WebpCanvas(640), Ending.Refused);
        yield return Lie("size beyond its end.webp", Patched(good["webp"], 4, 0xFF, 0xFF, 0xFF, 0x7F));
        foreach (var tag in (ushort[])[256, 257, 258, 259, 262, 273, 277, 278, 279])
            yield return Lie($"tag {tag} is 60,000.tiff", TiffTag(tiff, tag, 60_000));
        yield return Lie("directory is its own next.tiff", TiffLoop(tiff));
        yield return Lie("directory beyond the end.tiff", Patched(tiff, 4, 0xFF, 0xFF, 0xFF, 0x7F), Ending.Refused);
        foreach (var extension in (string[])["avif", "heic"])
        {
            yield return Lie($"640 x 480.{extension}", After(good[extension], "ispe", 4, 0, 0, 2, 0x80, 0, 0, 1, 0xE0));
            yield return Lie(
                $"items beyond the end.{extension}", After(good[extension], "iloc", 4, 0x44, 0x40, 0xFF, 0xFF), Ending.Refused);
        }
    }

    public static IEnumerable<HostileFile> Containers(IReadOnlyDictionary<string, byte[]> good)
    {
        var (mp4, wav, mp3) = (good["mp4"], good["wav"], good["mp3"]);

        foreach (var table in (string[])["stsd", "stts", "stsc", "stsz", "stco", "elst", "dref"])
            yield return Lie($"endless {table}.mp4", After(mp4, table, 4, 0xFF, 0xFF, 0xFF, 0xFF));
        foreach (var box in (string[])["moov", "trak", "mdia", "minf", "stbl", "mdat"])
        {
            yield return Lie($"{box} without end.mp4", After(mp4, box, -8, 0x7F, 0xFF, 0xFF, 0xFF));
            yield return Lie($"{box} of no size.mp4", After(mp4, box, -8, 0, 0, 0, 0));
        }

        yield return Lie("39 hours.mp4", After(After(mp4, "mvhd", 16, 0x08, 0x5E, 0xD6, 0x80), "mdhd", 16, 0x7F, 0xFF, 0xFF, 0xFF));
        yield return Lie("640 x 480.mp4", After(After(mp4, "avc1", 28, 2, 0x80, 1, 0xE0), "tkhd", 80, 2, 0x80, 0, 0, 1, 0xE0, 0, 0));
        var narrow = GoodFiles.Ffmpeg("mp4", "testsrc2=s=64x64:r=5:d=1", "-c:v mpeg4 -aspect 2:1");
        yield return Lie("pixels 2^31 times as high as wide.mp4", After(narrow, "pasp", 0, 0, 0, 0, 1, 0x7F, 0xFF, 0xFF, 0xFF));
        yield return Lie("pixels 2^31 times as wide as high.mp4", After(narrow, "pasp", 0, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1));
        yield return Lie("turned by nonsense.mp4", After(mp4, "tkhd", 44, 0x7F, 0xFF, 0xFF, 0xFF, 0x80, 0, 0, 0));
        yield return Lie("640 x 640.avi", JpegSizes(good["avi"], 640));
        yield return Lie("endless clusters.mkv", After(good["mkv"], "\u001FC\u00B6u", 0, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF));
        yield return Lie("endless tracks.webm", After(good["webm"], "\u0016T\u00AEk", 0, 0x01, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF));
        yield return Lie("another width.webm", After(good["webm"], "\u00B0", 0, 0x82, 2, 0x80));
        yield return Lie("4 GB of data.wav", Patched(wav, wav.AsSpan().IndexOf("data"u8) + 4, 0, 0xFF, 0xFF, 0xFF), Ending.Done);
        yield return Lie("65535 channels.wav", Patched(wav, 22, 0xFF, 0xFF));
        yield return Lie("no channels.wav", Patched(wav, 22, 0, 0));
        yield return Lie("4 GHz.wav", Patched(wav, 24, 0xFF, 0xFF, 0xFF, 0xFF));
        yield return Lie("0 Hz.wav", Patched(wav, 24, 0, 0, 0, 0));
        yield return Lie("blocks of nothing.wav", Patched(wav, 32, 0, 0));
        yield return Lie("codec 0xFFFE.wav", Patched(wav, 20, 0xFE, 0xFF));
        yield return Lie("256 MB of tag.mp3", [.. "ID3\u0003\0\0"u8, 0x7F, 0x7F, 0x7F, 0x7F, .. mp3], Ending.Refused);
        yield return Lie(
            "100 tags.mp3", [.. Enumerable.Repeat<byte[]>([.. "ID3\u0003\0\0\0\0\0\0"u8], 100).SelectMany(tag => tag), .. mp3]);
        yield return Lie("blocks of 1 sample.flac", Patched(good["flac"], 8, 0, 1, 0, 1));
        yield return Lie("2^36 samples.flac", Patched(good["flac"], 21, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF));
        yield return Lie("255 segments a page.ogg", Patched(good["ogg"], 26, 0xFF));
        yield return Lie("frames of 8 KB.aac", Patched(good["aac"], 3, 0xFF, 0xFF, 0xFF));
    }

    private static HostileFile Lie(string name, byte[] content, string ends = Ending.Any) => new("lie", name, content, ends);

    private static byte[] Patched(byte[] content, int at, params byte[] bytes)
    {
        var patched = content.ToArray();
        bytes.CopyTo(patched.AsSpan(at));
        return patched;
    }

    /// <summary>Overwrites bytes at a distance after the first occurrence of a name.</summary>
    private static byte[] After(byte[] content, string name, int distance, params byte[] bytes)
    {
        var at = content.AsSpan().IndexOf(Encoding.Latin1.GetBytes(name));
        at.ShouldBeGreaterThan(0, $"the good file holds a {name}");
        return Patched(content, at + name.Length + distance, bytes);
    }

    private static byte[] WithFrame(byte[] gif, ushort side)
    {
        // The image descriptor: a comma, and left, top, width, height.
        var patched = gif.ToArray();
        var frame = patched.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x2C, 0, 0, 0, 0]);
        BinaryPrimitives.WriteUInt16LittleEndian(patched.AsSpan(frame + 5), side);
        BinaryPrimitives.WriteUInt16LittleEndian(patched.AsSpan(frame + 7), side);
        return patched;
    }

    private static byte[] WebpCanvas(int side) =>
        [.. "RIFF"u8, 22, 0, 0, 0, .. "WEBPVP8X"u8, 10, 0, 0, 0, 0, 0, 0, 0, .. BitConverter.GetBytes(side - 1)[..3],
            .. BitConverter.GetBytes(side - 1)[..3]];

    /// <summary>Sets count and value of a tag in the first directory of a little-endian TIFF.</summary>
    private static byte[] TiffTag(byte[] tiff, ushort tag, uint value)
    {
        var patched = tiff.ToArray();
        var directory = BinaryPrimitives.ReadInt32LittleEndian(patched.AsSpan(4));
        var tags = BinaryPrimitives.ReadUInt16LittleEndian(patched.AsSpan(directory));
        var entry = Enumerable.Range(0, tags).Select(i => directory + 2 + (12 * i)).First(
            at => BinaryPrimitives.ReadUInt16LittleEndian(patched.AsSpan(at)) == tag);
        BinaryPrimitives.WriteUInt32LittleEndian(patched.AsSpan(entry + 4), value);
        BinaryPrimitives.WriteUInt32LittleEndian(patched.AsSpan(entry + 8), value);
        return patched;
    }

    private static byte[] TiffLoop(byte[] tiff)
    {
        var patched = tiff.ToArray();
        var directory = BinaryPrimitives.ReadInt32LittleEndian(patched.AsSpan(4));
        var tags = BinaryPrimitives.ReadUInt16LittleEndian(patched.AsSpan(directory));
        BinaryPrimitives.WriteInt32LittleEndian(patched.AsSpan(directory + 2 + (12 * tags)), directory);
        return patched;
    }

    /// <summary>Sets the size in the header of every JPEG frame.</summary>
    private static byte[] JpegSizes(byte[] avi, ushort side)
    {
        var patched = avi.ToArray();
        for (var at = 0; patched.AsSpan(at).IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0, 0, 0x11]) is >= 0 and var found; at += found + 4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(patched.AsSpan(at + found + 5), side);
            BinaryPrimitives.WriteUInt16BigEndian(patched.AsSpan(at + found + 7), side);
        }

        return patched;
    }
}
