using System.IO.Compression;
using System.Text;
using MangaMotion.Media.Tests;

namespace MangaMotion.Hostile.Files;

/// <summary>Small files that ask for large amounts of memory, processor time, frames, pages or seconds.</summary>
internal static class Bombs
{
    public static IEnumerable<HostileFile> All(IReadOnlyDictionary<string, byte[]> good)
    {
        var zeros = HandMade.Zeros(1 << 30);

        yield return Bomb("96 megapixels of 16 bits.png", Png(12_000, 8_000, interlaced: false, HandMade.Zeros(((12_000L * 8) + 1) * 8_000)));
        yield return Bomb("98 megapixels interlaced.png", Png(9_900, 9_900, interlaced: true, zeros), Ending.Refused);
        yield return Bomb("a gigabyte of text.png", Png(64, 64, interlaced: false, HandMade.Zeros(64 * 513), ("zTXt", [.. "a\0\0"u8, .. zeros])));
        yield return Bomb("a gigabyte of profile.png", Png(64, 64, interlaced: false, HandMade.Zeros(64 * 513), ("iCCP", [.. "a\0\0"u8, .. zeros])));
        yield return Bomb("a gigabyte of pixels for 64 rows.png", Png(64, 64, interlaced: false, zeros));
        yield return Bomb("60,000 frames.gif", Gif(1, 60_000), "media.limit.frames");
        yield return Bomb("150,000 frames.gif", Gif(1, 150_000), "media.limit.frames");
        yield return Bomb("30,000 frames.webp", Webp(30_000), "media.limit.frames");
        yield return Bomb("1,900 frames of 4 megapixels.gif", Gif(2_000, 1_900));
        yield return Bomb("3,000 pages.tiff", Tiff(3_000), "media.limit.frames");
        yield return Bomb("2,000 scans.jpg", Scans(2_000));

        yield return Bomb("2,000 characters of 0.1 mm dashes.pdf", PdfFiles.Drawing(string.Concat(Enumerable.Repeat("[0.001] 0 d 0 0 m 595 842 l S\n", 2_000))));
        yield return Bomb("a gigabyte of blanks.pdf", PdfFiles.Of([PdfFiles.Catalog, PdfFiles.OnePage, PdfFiles.Page(), Twice(zeros)]));
        yield return Bomb("a billion laughs.pdf", Laughs());
        yield return Bomb("a form in itself.pdf", PdfFiles.Of(
            [PdfFiles.Catalog, PdfFiles.OnePage, PdfFiles.Page("/XObject << /X 5 0 R >>"), PdfFiles.Stream("/X Do"), Form("/X Do", 5)]));
        yield return Bomb("900 megapixels of image.pdf", Image(30_000, zeros));
        yield return Bomb("image of 4 terapixels.pdf", Image(2_000_000, zeros));
        yield return Bomb("a billion tiles.pdf", Tiles());
        yield return Bomb("60,000 pages.pdf", PdfFiles.Of([PdfFiles.Catalog, "<< /Type /Pages /Kids [3 0 R] /Count 60000 >>", PdfFiles.Page(), PdfFiles.Stream("")]), Ending.Refused);
        yield return Bomb("pages in a circle.pdf", PdfFiles.Of([PdfFiles.Catalog, "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 /Parent 2 0 R >>"]), Ending.Refused);
        yield return Bomb("a page of 350 km.pdf", PdfFiles.Drawing("", box: "[0 0 1000000000 1000000000]"), "media.limit.page_size");
        yield return Bomb("a page of no size.pdf", PdfFiles.Drawing("", box: "[0 0 0 0]"));
        yield return Bomb("a page as thin as air.pdf", PdfFiles.Drawing("0 0 100 100 re f", box: "[0 0 14000 0.01]"));
        yield return Bomb("a crop box of nothing.pdf", PdfFiles.Drawing("0 0 100 100 re f", box: "[0 0 595 842] /CropBox [100 100 100 100]"));
        yield return Bomb("a page turned inside out.pdf", PdfFiles.Drawing("0 0 100 100 re f", box: "[595 842 -595 -842]"));
        yield return Bomb("100,000 brackets.pdf", PdfFiles.Drawing(new string('[', 100_000)));
        yield return Bomb("500,000 states.pdf", PdfFiles.Drawing(string.Concat(Enumerable.Repeat("q ", 500_000))));
        yield return Bomb("pages 20,000 deep.pdf", PdfFiles.Of(
        [
            PdfFiles.Catalog, .. Enumerable.Range(3, 20_000).Select(next => $"<< /Type /Pages /Kids [{next} 0 R] /Count 1 >>"),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        ]));
        yield return Bomb("a letter that writes itself.pdf", With(
            "/Font << /F 5 0 R >>",
            "BT /F 40 Tf 100 100 Td (a) Tj ET",
            "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0] /FirstChar 97 /LastChar 97 /Widths [1] /Encoding << /Differences [97 /a] >>"
                + " /CharProcs << /a 6 0 R >> /Resources << /Font << /F 5 0 R >> >> >>",
            PdfFiles.Stream("1 0 d0 BT /F 1 Tf (aa) Tj ET")));
        yield return Bomb("a mask that masks itself.pdf", With(
            "/ExtGState << /G 5 0 R >>",
            "/G gs 0 0 595 842 re f",
            "<< /SMask << /S /Luminosity /G 6 0 R >> >>",
            PdfFiles.Stream("/G gs 0 0 100 100 re f", "/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Group << /S /Transparency /CS /DeviceGray >> /Resources << /ExtGState << /G 5 0 R >> >>")));
        yield return Bomb("a colour made of itself.pdf", With("/ColorSpace << /C 5 0 R >>", "/C cs 1 sc 0 0 595 842 re f", "[/Separation /Ink 5 0 R << /FunctionType 2 /Domain [0 1] /N 1 >>]"));
        yield return Bomb("a function of itself.pdf", With(
            "/Shading << /S 5 0 R >>",
            "/S sh",
            "<< /ShadingType 2 /ColorSpace /DeviceGray /Coords [0 0 595 842] /Function 6 0 R >>",
            "<< /FunctionType 3 /Domain [0 1] /Functions [6 0 R 6 0 R] /Bounds [0.5] /Encode [0 1 0 1] >>"));
        yield return Bomb("a font of rubbish.pdf", With(
            "/Font << /F 5 0 R >>",
            "BT /F 40 Tf 100 100 Td (rubbish) Tj ET",
            "<< /Type /Font /Subtype /TrueType /BaseFont /R /FontDescriptor << /Type /FontDescriptor /FontName /R /Flags 4 /FontFile2 6 0 R >> >>",
            PdfFiles.Stream([0, 1, 0, 0, 255, 255, .. Enumerable.Range(0, 4_000).Select(i => (byte)(i * 37))], "")));
        yield return Bomb("3.6 gigapixels of JPEG 2000.pdf", With(
            "/XObject << /X 5 0 R >>",
            "595 0 0 842 0 0 cm /X Do",
            PdfFiles.Stream(
                [0xFF, 0x4F, 0xFF, 0x51, 0, 41, 0, 0, .. Big(60_000), .. Big(60_000), .. Big(0), .. Big(0), .. Big(60_000), .. Big(60_000), .. Big(0), .. Big(0), 0, 1, 7, 1, 1, 0xFF, 0xD9],
                "/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /JPXDecode")));
        yield return Bomb("a password.pdf", Encrypted(), "media.unsupported");
        yield return Bomb("launches a program.pdf", PdfFiles.Of(
            ["<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /Launch /F (/bin/sh) >> >>", PdfFiles.OnePage, PdfFiles.Page(), PdfFiles.Stream("100 100 300 400 re f")]), Ending.Done);
        yield return Bomb("content in another file.pdf", PdfFiles.Of(
            [PdfFiles.Catalog, PdfFiles.OnePage, PdfFiles.Page(), PdfFiles.Stream("", "/F (/etc/passwd) /FFilter /FlateDecode")]));

        yield return Bomb("200 boxes deep.mov", [.. Playlists.Box("ftyp", [.. "qt  \0\0\0\0qt  "u8]), .. Deep("moov", 200)], Ending.Refused);
        yield return Bomb("20,000 tracks.mov", Tracks(20_000), Ending.Refused);
        yield return Bomb("64 megapixels a frame.avi", GoodFiles.Ffmpeg("avi", "-f", "lavfi", "-i", "color=red:s=8000x8000:r=4:d=1", "-c:v", "mpeg4", "-g", "1"));
        yield return Bomb("6 minutes.flac", GoodFiles.Ffmpeg("flac", "-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono:d=360"), "media.limit.seconds");
        yield return Bomb("an hour.wav", Wav(seconds: 3_600), "media.limit.seconds");
        yield return Bomb("a cover of 4 gigapixels.mp3", Cover(HandMade.PngBomb(65535, 65535, complete: false), good["mp3"]), Ending.Done);
        yield return Bomb("a cover that is a page.mp3", Cover("<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray(), good["mp3"]), Ending.Done);
    }

    private static HostileFile Bomb(string name, byte[] content, string ends = Ending.Any) => new("bomb", name, content, ends);

    /// <summary>16 bits, RGBA.</summary>
    private static byte[] Png(int width, int height, bool interlaced, byte[] pixels, params (string Type, byte[] Content)[] extras)
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        HandMade.Chunk(png, "IHDR", [.. Big(width), .. Big(height), 16, 6, 0, 0, (byte)(interlaced ? 1 : 0)]);
        foreach (var (type, content) in extras)
            HandMade.Chunk(png, type, content);
        HandMade.Chunk(png, "IDAT", pixels);
        HandMade.Chunk(png, "IEND", []);
        return png.ToArray();
    }

    /// <summary>Frames of one pixel on a screen of any size.</summary>
    private static byte[] Gif(int side, int frames)
    {
        byte[] frame = [0x21, 0xF9, 4, 4, 1, 0, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
        using var gif = new MemoryStream();
        gif.Write([.. "GIF89a"u8, .. BitConverter.GetBytes((ushort)side), .. BitConverter.GetBytes((ushort)side), 0x80, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF]);
        for (var i = 0; i < frames; i++)
            gif.Write(frame);
        gif.WriteByte(0x3B);
        return gif.ToArray();
    }

    /// <summary>Frames of one pixel, all the same few bytes.</summary>
    private static byte[] Webp(int frames)
    {
        byte[] picture = [.. "VP8L"u8, .. BitConverter.GetBytes(12), 0x2F, 0, 0, 0, 0x10, 0x88, 0x88, 0x08, 0, 0, 0, 0];
        byte[] frame = [.. "ANMF"u8, .. BitConverter.GetBytes(16 + picture.Length), .. new byte[12], 40, 0, 0, 0, .. picture];
        byte[] head = [.. "WEBPVP8X"u8, .. BitConverter.GetBytes(10), 2, .. new byte[9], .. "ANIM"u8, .. BitConverter.GetBytes(6), .. new byte[6]];
        byte[] content = [.. head, .. Enumerable.Repeat(frame, frames).SelectMany(bytes => bytes)];
        return [.. "RIFF"u8, .. BitConverter.GetBytes(content.Length), .. content];
    }

    /// <summary>Pages of one grey pixel, which all lie in the same place.</summary>
    private static byte[] Tiff(int pages)
    {
        (ushort Tag, ushort Type, uint Value)[] tags = [(256, 3, 1), (257, 3, 1), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 0), (277, 3, 1), (278, 3, 1), (279, 4, 1)];
        using var tiff = new MemoryStream();
        tiff.Write([.. "II*\0"u8, 8, 0, 0, 0]);
        for (var page = 1; page <= pages; page++)
        {
            tiff.Write(BitConverter.GetBytes((ushort)tags.Length));
            foreach (var (tag, type, value) in tags)
                tiff.Write([.. BitConverter.GetBytes(tag), .. BitConverter.GetBytes(type), .. BitConverter.GetBytes(1), .. BitConverter.GetBytes(value)]);
            tiff.Write(BitConverter.GetBytes(page == pages ? 0 : (int)tiff.Length + 4));
        }

        return tiff.ToArray();
    }

    /// <summary>A progressive picture of 4 megapixels that is said again and again: a pass over all of it for a dozen bytes.</summary>
    private static byte[] Scans(int count)
    {
        byte[] table = [0xFF, 0xC4, 0, 20, 0x10, 1, .. new byte[15], 0x00]; // one code of one bit: end of block
        byte[] scan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 63, 0, .. new byte[64]];
        using var jpeg = new MemoryStream();
        jpeg.Write([0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)1, 64), 0xFF, 0xC2, 0, 11, 8, 0x07, 0xD0, 0x07, 0xD0, 1, 1, 0x11, 0, .. table]);
        for (var i = 0; i < count; i++)
            jpeg.Write(scan);
        jpeg.Write([0xFF, 0xD9]);
        return jpeg.ToArray();
    }

    /// <summary>A stream that is compressed twice.</summary>
    private static string Twice(byte[] once)
    {
        using var twice = new MemoryStream();
        using (var zlib = new ZLibStream(twice, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(once);
        return PdfFiles.Stream(twice.ToArray(), "/Filter [/FlateDecode /FlateDecode]");
    }

    private static string Form(string content, int own) =>
        PdfFiles.Stream(content, $"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /X {own} 0 R >> >>");

    /// <summary>Forms that draw the next one ten times, nine deep.</summary>
    private static byte[] Laughs()
    {
        var tenTimes = string.Concat(Enumerable.Repeat("/X Do ", 10));
        return PdfFiles.Of(
        [
            PdfFiles.Catalog, PdfFiles.OnePage, PdfFiles.Page("/XObject << /X 5 0 R >>"), PdfFiles.Stream("/X Do"),
            .. Enumerable.Range(6, 9).Select(next => Form(tenTimes, next)), Form("0 0 100 100 re f", 1),
        ]);
    }

    private static byte[] Image(int side, byte[] zeros) => PdfFiles.Of(
    [
        PdfFiles.Catalog, PdfFiles.OnePage, PdfFiles.Page("/XObject << /X 5 0 R >>"), PdfFiles.Stream("595 0 0 842 0 0 cm /X Do"),
        PdfFiles.Stream(zeros, $"/Type /XObject /Subtype /Image /Width {side} /Height {side} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode"),
    ]);

    private static byte[] Tiles() => PdfFiles.Of(
    [
        PdfFiles.Catalog, PdfFiles.OnePage, PdfFiles.Page("/Pattern << /P 5 0 R >>"), PdfFiles.Stream("/Pattern cs /P scn 0 0 595 842 re f"),
        PdfFiles.Stream("0 0 1 1 re f", "/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /XStep 0.01 /YStep 0.01 /Resources << >>"),
    ]);

    /// <summary>One page of A4 with that content; the objects are 5, 6…</summary>
    private static byte[] With(string resources, string content, params string[] objects) =>
        PdfFiles.Of(
        [
            PdfFiles.Catalog, PdfFiles.OnePage, $"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << {resources} >> >>",
            PdfFiles.Stream(content), .. objects,
        ]);

    private static byte[] Encrypted()
    {
        var secret = string.Concat(Enumerable.Repeat("5A", 32));
        return PdfFiles.Of(
            [PdfFiles.Catalog, PdfFiles.OnePage, PdfFiles.Page(), PdfFiles.Stream(""), $"<< /Filter /Standard /V 1 /R 2 /O <{secret}> /U <{secret}> /P -4 >>"],
            $"/Encrypt 5 0 R /ID [<{secret}> <{secret}>]");
    }

    private static byte[] Deep(string type, int depth) => depth == 0 ? [] : Playlists.Box(type, Deep(type, depth - 1));

    private static byte[] Tracks(int count)
    {
        byte[] track = Playlists.Box("trak", Playlists.Box("mdia", []));
        return [.. Playlists.Box("ftyp", [.. "qt  \0\0\0\0qt  "u8]), .. Playlists.Box("moov", [.. Enumerable.Repeat(track, count).SelectMany(bytes => bytes)])];
    }

    /// <summary>8 bits, 1000 Hz.</summary>
    private static byte[] Wav(int seconds) =>
    [
        .. "RIFF"u8, .. BitConverter.GetBytes((seconds * 1_000) + 36), .. "WAVEfmt "u8, 16, 0, 0, 0, 1, 0, 1, 0, 0xE8, 3, 0, 0, 0xE8, 3, 0, 0, 1, 0, 8, 0,
        .. "data"u8, .. BitConverter.GetBytes(seconds * 1_000), .. new byte[seconds * 1_000],
    ];

    private static byte[] Cover(byte[] picture, byte[] sound)
    {
        byte[] content = [0, .. Encoding.ASCII.GetBytes("image/png"), 0, 3, 0, .. picture];
        byte[] frame = [.. "APIC"u8, .. Big(content.Length), 0, 0, .. content];
        return [.. "ID3\u0003\0\0"u8, (byte)(frame.Length >> 21), (byte)((frame.Length >> 14) & 0x7F), (byte)((frame.Length >> 7) & 0x7F), (byte)(frame.Length & 0x7F), .. frame, .. sound];
    }

    private static byte[] Big(int number) => [(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number];
}
