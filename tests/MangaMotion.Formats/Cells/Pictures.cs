namespace MangaMotion.Formats.Cells;

/// <summary>Still pictures of four colours.</summary>
internal static class Pictures
{
    private const string Lavfi = "-f lavfi -i color=0xDC1E1E:s=240x160 -vf "
        + "drawbox=120:0:120:80:0x1EAA3C:fill,drawbox=0:80:120:80:0x1E3CC8:fill,drawbox=120:80:120:80:0xF0DC28:fill,format=rgb24";

    public static IReadOnlyList<Cell> All { get; } = [.. Encodings(), .. Colours(), .. Orientations(), .. Tiffs(), .. Sequences(),
        .. Jpegs(), .. Refusals()];

    private static IEnumerable<Cell> Encodings()
    {
        yield return Picture("JPEG", "baseline, 4:2:0", "-", bench =>
            bench.Make("jpg", "vips", "jpegsave", Png(bench), "OUT", "--Q", "92"));
        yield return Picture("JPEG", "progressive, 4:4:4", "-", bench =>
            bench.Make("jpg", "vips", "jpegsave", Png(bench), "OUT", "--Q", "95", "--interlace"));
        yield return Picture("JPEG", "CMYK", "Adobe marker", bench =>
            Magick(bench, "jpg", "-colorspace", "CMYK", "-quality", "95"), tolerance: 80);
        yield return Picture("PNG", "8 bits", "-", Png);
        yield return Picture("PNG", "16 bits", "-", bench => bench.Write("png", PngFile.Write(16, LightCoding.Plain)));
        yield return Picture("PNG", "palette", "-", bench => Magick(bench, "png", "-type", "Palette"));
        yield return Picture("PNG", "interlaced", "-", bench => bench.Make("png", "vips", "pngsave", Png(bench), "OUT", "--interlace"));
        yield return Picture("PNG", "8 bits with alpha", "opaque", bench =>
            Magick(bench, "png", "-alpha", "set", "-define", "png:color-type=6"), alpha: true);
        yield return Picture("WebP", "lossy", "-", bench =>
            bench.Make("webp", "cwebp", "-quiet", "-q", "95", Png(bench), "-o", "OUT"), tolerance: 12);
        yield return Picture("WebP", "lossless", "-", bench => bench.Make("webp", "cwebp", "-quiet", "-lossless", Png(bench), "-o", "OUT"));
        yield return Picture("GIF", "palette", "one frame", bench => Magick(bench, "gif"));
        yield return Picture("AVIF", "AV1, 8 bits", "nclx BT.709, sRGB", bench => Avif(bench, Png(bench), "-d", "8", "--cicp", "1/13/6"));
        yield return Picture("AVIF", "AV1, 10 bits", "nclx BT.709, sRGB", bench => Avif(bench, Png(bench), "-d", "10", "--cicp", "1/13/6"));
        yield return Picture("AVIF", "AV1, 12 bits, 4:4:4", "nclx BT.709, sRGB", bench =>
            Avif(bench, Png(bench), "-d", "12", "-y", "444", "--cicp", "1/13/1"));
        yield return Picture("AVIF", "AV1, 8 bits", "nclx unspecified", bench => Avif(bench, Png(bench), "--cicp", "2/2/6"));
        yield return Picture("HEIC", "HEVC, 8 bits", "-", bench => bench.Make("heic", "heif-enc", "-q", "90", Png(bench), "-o", "OUT"));
    }

    private static IEnumerable<Cell> Colours()
    {
        yield return Picture("PNG", "16 bits", "PQ by cICP", bench =>
            bench.Write("png", PngFile.Write(16, LightCoding.Pq, ("cICP", [9, 16, 0, 1]))), tolerance: 10);
        yield return Picture("PNG", "16 bits", "HLG by cICP", bench =>
            bench.Write("png", PngFile.Write(16, LightCoding.Hlg, ("cICP", [9, 18, 0, 1]))), tolerance: 10);
        yield return Picture("PNG", "8 bits", "P3 by cICP", bench =>
            bench.Write("png", PngFile.Write(8, LightCoding.P3, ("cICP", [12, 13, 0, 1]))));
        yield return Picture("PNG", "8 bits", "narrow range by cICP", bench =>
            bench.Write("png", PngFile.Write(8, LightCoding.Narrow(8), ("cICP", [1, 13, 0, 0]))));
        yield return Picture("PNG", "16 bits", "narrow range by cICP", bench =>
            bench.Write("png", PngFile.Write(16, LightCoding.Narrow(16), ("cICP", [1, 13, 0, 0]))));
        yield return Picture("PNG", "16 bits", "linear by gAMA", bench =>
            bench.Write("png", PngFile.Write(16, LightCoding.Linear, ("gAMA", PngFile.Number(100_000)))));
        yield return Picture("PNG", "8 bits", "gamma 1.8 by gAMA", bench =>
            bench.Write("png", PngFile.Write(8, LightCoding.Power(1.8), ("gAMA", PngFile.Number(55_556)))));
        yield return Picture("PNG", "8 bits", "gamma 2.2 by gAMA", bench =>
            bench.Write("png", PngFile.Write(8, LightCoding.Plain, ("gAMA", PngFile.Number(45_455)))));
        yield return Picture("PNG", "8 bits", "gAMA and sRGB", bench => bench.Write(
            "png", PngFile.Write(8, LightCoding.Plain, ("gAMA", PngFile.Number(100_000)), ("sRGB", [0]))));
        yield return Picture("PNG", "8 bits", "P3 by cHRM", bench =>
            bench.Write("png", PngFile.Write(8, LightCoding.P3, ("cHRM", P3Chromaticities))));
        yield return Picture("PNG", "8 bits", "Adobe RGB by gAMA and cHRM", bench => bench.Write(
            "png", PngFile.Write(8, LightCoding.Adobe, ("gAMA", PngFile.Number(45_470)), ("cHRM", AdobeChromaticities))));
        yield return Picture("PNG", "8 bits", "Display P3 by ICC", bench =>
            bench.Make("png", "vips", "icc_transform", Png(bench), "OUT", "p3", "--embedded"));
        yield return Picture("JPEG", "baseline", "Display P3 by ICC", bench =>
            bench.Make("jpg", "vips", "icc_transform", Png(bench), "OUT[Q=95]", "p3", "--embedded"));
        foreach (var extension in (string[])["webp", "tif"])
        {
            yield return Picture(extension == "tif" ? "TIFF" : "WebP", "lossless", "Display P3 by ICC", bench => bench.Make(
                extension, "vips", "icc_transform", Png(bench), extension == "tif" ? "OUT" : "OUT[lossless]", "p3", "--embedded"));
        }

        yield return Picture("AVIF", "AV1", "Display P3 by ICC", bench => Avif(bench, P3(bench)), tolerance: 10);
        yield return Picture("HEIC", "HEVC, 8 bits", "Display P3 by ICC", bench =>
            bench.Make("heic", "heif-enc", "-q", "95", P3(bench), "-o", "OUT"), tolerance: 10);
        yield return Picture("AVIF", "AV1", "limited range", bench => Avif(bench, Png(bench), "-r", "limited"), tolerance: 10);
        yield return Picture("JPEG", "baseline", "RGB, not YCbCr", bench =>
            Magick(bench, "jpg", "-quality", "95", "-define", "jpeg:colorspace=RGB"));
        yield return Picture("JPEG", "baseline", "Adobe RGB by EXIF", bench => Exif(
            bench, bench.Make("jpg", "vips", "copy", bench.Write("png", PngFile.Write(8, LightCoding.Adobe)), "OUT[Q=95]"),
                "-InteropIndex=R03 - DCF option file (Adobe RGB)"));
        foreach (var (depth, format) in ((string, string)[])[("10", "AVIF"), ("12", "AVIF")])
        {
            yield return Picture(format, $"AV1, {depth} bits", "PQ by nclx", bench => Avif(
                bench, bench.Write("png", PngFile.Write(16, LightCoding.Pq)), "-d", depth, "--cicp", "9/16/9"), tolerance: 10);
            yield return Picture(format, $"AV1, {depth} bits", "HLG by nclx", bench => Avif(
                bench, bench.Write("png", PngFile.Write(16, LightCoding.Hlg)), "-d", depth, "--cicp", "9/18/9"), tolerance: 10);
        }

        yield return Picture("AVIF", "AV1, 8 bits", "P3 by nclx", bench =>
            Avif(bench, bench.Write("png", PngFile.Write(8, LightCoding.P3)), "--cicp", "12/13/6"), tolerance: 10);
        yield return Picture("AVIF", "AV1, 8 bits", "linear by nclx", bench => Avif(
            bench, bench.Write("png", PngFile.Write(16, LightCoding.Linear)), "-d", "10", "--cicp", "1/8/1"), tolerance: 16);
        yield return Picture("HEIC", "HEVC, 8 bits", "P3 by nclx", bench => Heic(bench, LightCoding.P3, 12, 13), tolerance: 10);
        yield return Picture("HEIC", "HEVC, 8 bits", "PQ by nclx", bench => Heic(bench, LightCoding.Pq, 9, 16), tolerance: 20);
        yield return Picture("HEIC", "HEVC, 8 bits", "HLG by nclx", bench => Heic(bench, LightCoding.Hlg, 9, 18), tolerance: 20);
    }

    private static IEnumerable<Cell> Orientations()
    {
        // The order of the quarters after the turn of each EXIF orientation.
        int[][] orders = [[0, 1, 2, 3], [1, 0, 3, 2], [3, 2, 1, 0], [2, 3, 0, 1], [0, 2, 1, 3], [2, 0, 3, 1], [3, 1, 2, 0], [1, 3, 0, 2]];
        for (var orientation = 1; orientation <= 8; orientation++)
        {
            var (value, order) = ($"-Orientation#={orientation}", orders[orientation - 1]);
            yield return Picture("JPEG", "baseline", $"EXIF orientation {orientation}", bench => Exif(
                bench, bench.Make("jpg", "vips", "jpegsave", Png(bench), "OUT", "--Q", "95"), value), order: order);
        }

        yield return Picture("PNG", "8 bits", "EXIF orientation 6", bench => Exif(bench, Png(bench), "-Orientation#=6"), order: orders[5]);
        yield return Picture("TIFF", "LZW", "orientation 6", bench => Exif(
            bench, bench.Make("tif", "vips", "tiffsave", Png(bench), "OUT", "--compression", "lzw"), "-Orientation#=6"), order: orders[5]);
        yield return Picture("WebP", "lossless", "EXIF orientation 6", bench => Exif(
            bench, bench.Make("webp", "cwebp", "-quiet", "-lossless", Png(bench), "-o", "OUT"), "-Orientation#=6"), order: orders[5]);
        yield return Picture("AVIF", "AV1", "turned by irot", bench => Avif(bench, Png(bench), "--irot", "3"), order: orders[5]);
        yield return Picture("AVIF", "AV1", "EXIF orientation 6 and irot, as avifenc writes both", bench => bench.Make(
            "avif", "avifenc", "-s", "9", "--min", "4", "--max", "12", Turned(bench), "OUT"), order: orders[5], tolerance: 10);
        yield return Picture("HEIC", "HEVC, 8 bits", "EXIF orientation 6 without irot", bench => bench.Make(
            "heic", "heif-enc", "-q", "95", Turned(bench), "-o", "OUT"));
        yield return Picture("AVIF", "AV1", "mirrored by imir", bench => Avif(bench, Png(bench), "--imir", "1"), order: orders[1]);
    }

    private static IEnumerable<Cell> Tiffs()
    {
        foreach (var (declared, options) in ((string, string[])[])
            [
                ("big-endian", ["-endian", "MSB"]),
                ("planes", ["-interlace", "plane"]),
                ("LZW with predictor", ["-compress", "LZW", "-define", "tiff:predictor=2"]),
                ("YCbCr, halved colours", ["-compress", "JPEG", "-quality", "95", "-sampling-factor", "2x2"]),
            ])
        {
            yield return Picture("TIFF", declared, "as ImageMagick writes it", bench => Magick(bench, "tif", options), tolerance: 10);
        }

        foreach (var compression in (string[])["none", "lzw", "deflate", "packbits", "jpeg"])
            yield return Picture("TIFF", compression, "-", bench =>
                bench.Make("tif", "vips", "tiffsave", Png(bench), "OUT", "--compression", compression, "--Q", "95"), tolerance: 8);
        yield return Picture("TIFF", "LZW in tiles", "-", bench =>
            bench.Make("tif", "vips", "tiffsave", Png(bench), "OUT", "--tile", "--compression", "lzw"));
        yield return Picture("TIFF", "BigTIFF", "-", bench => bench.Make("tif", "vips", "tiffsave", Png(bench), "OUT", "--bigtiff"));
        yield return Picture("TIFF", "CIE Lab", "as Pillow writes it, with its profile", bench => bench.Make(
            "tif", "/usr/bin/python3", "-c",
            "import sys\nfrom PIL import Image, ImageCms\np=ImageCms.createProfile\nim=Image.open(sys.argv[1]).convert('RGB')\n"
            + "ImageCms.applyTransform(im, ImageCms.buildTransform(p('sRGB'), p('LAB'), 'RGB', 'LAB')).save(sys.argv[2])",
            Png(bench), "OUT"));
        yield return Picture("TIFF", "CIE Lab", "with the white D65, as ImageMagick writes it", bench =>
            Magick(bench, "tif", "-colorspace", "Lab"), tolerance: 45);
        yield return Picture("TIFF", "CIE Lab, 32 bits", "as libvips writes it", bench =>
            bench.Make("tif", "vips", "colourspace", Png(bench), "OUT", "lab"));
        yield return Picture("TIFF", "16 bits", "-", bench => bench.Make(
            "tif", "vips", "copy", bench.Write("png", PngFile.Write(16, LightCoding.Plain)), "OUT"));
        yield return Picture("TIFF", "tiles", "a pyramid of pages, as libvips writes it", bench => bench.Make(
            "tif", "vips", "tiffsave", Png(bench), "OUT", "--pyramid", "--tile", "--tile-width", "32", "--tile-height", "32"));
        yield return Picture("TIFF", "tiles", "a pyramid of SubIFDs, as libvips writes it", bench => bench.Make(
            "tif", "vips", "tiffsave", Png(bench), "OUT", "--pyramid", "--subifd", "--tile", "--tile-width", "32", "--tile-height", "32"));
        yield return Picture("TIFF", "tiles", "a pyramid of pages, as ImageMagick writes it", bench => bench.Make(
            "tif", Convert, Png(bench), "-define", "ptif:minimum-geometry=30", "ptif:OUT"));
        yield return Picture("TIFF", "LZW", "three pages", bench =>
            bench.Make("tif", Convert, Png(bench), Png(bench), Png(bench), "-compress", "LZW", "OUT"), frames: 3);
        yield return Picture("TIFF", "none", "a small copy in front of the picture", bench =>
            bench.Write("tif", TiffFile.WithIcon(LightCoding.Plain, isSensor: false)));
    }

    private static IEnumerable<Cell> Sequences()
    {
        const string Moving = "-f lavfi -i color=0xDC1E1E:s=240x160:r=5:d=1 -vf "
            + "drawbox=120:0:120:80:0x1EAA3C:fill,drawbox=0:80:120:80:0x1E3CC8:fill,"
            + "drawbox=120:80:120:80:0xF0DC28:fill,drawbox=0:0:8:8:white:fill:enable=eq(n\\,2),format=rgb24";
        yield return Picture("GIF", "palette", "an animation of 5 frames", bench =>
            bench.Ffmpeg("gif", Moving), frames: 5, alpha: true, animation: true, tolerance: 20);
        yield return Picture("WebP", "lossless", "an animation of 3 frames", bench =>
            bench.Ffmpeg("webp", $"{Moving} -c:v libwebp_anim -lossless 1 -loop 0"), frames: 3, alpha: true, animation: true);
        yield return Picture("PNG", "APNG", "an animation of 5 frames", bench =>
            bench.Ffmpeg("apng", $"{Moving} -plays 0"), frames: 5, note: "only its first picture");
        yield return Picture("AVIF", "AV1", "a sequence of 3 pictures (brand avis)", bench =>
            Avif(bench, [Png(bench), Png(bench), Png(bench)]), frames: 3, alpha: true, note: "only its first picture");
    }

    private static IEnumerable<Cell> Jpegs()
    {
        yield return Picture("JPEG", "baseline", "no end marker", bench => Cut(bench, 2));
        yield return Picture("JPEG", "baseline", "half an end marker", bench => Cut(bench, 1));
        yield return Picture("JPEG", "baseline", "a phone's trailer instead of the end marker", bench => bench.Write(
            "jpg", [.. File.ReadAllBytes(Cut(bench, 2)), .. "trailer of a phone"u8]));
        yield return Picture("JPEG", "progressive", "no end marker", bench => Cut(bench, 2, "--interlace"));
        yield return Refused("JPEG", "baseline", "last rows missing", bench => Cut(bench, 200), "media.corrupt");
        yield return Refused("JPEG", "progressive", "last bytes missing", bench => Cut(bench, 60, "--interlace"), "media.corrupt");
        yield return Refused("PNG", "8 bits", "last rows missing", bench =>
            bench.Write("png", File.ReadAllBytes(Png(bench))[..^60]), "media.corrupt");
    }

    private static IEnumerable<Cell> Refusals()
    {
        yield return Refused("DNG", "sensor values", "a small copy in front", bench =>
            bench.Write("dng", TiffFile.WithIcon(LightCoding.Plain, isSensor: true)));
        yield return Refused("CR2", "sensor values", "magic bytes alone", bench =>
            bench.Write("cr2", [.. "II*\0\u0010\0\0\0CR\u0002\0"u8, .. new byte[64]]));
        yield return Refused("ORF", "sensor values", "magic bytes alone", bench => bench.Write("orf", [.. "IIRO"u8, .. new byte[64]]));
        yield return Refused("RW2", "sensor values", "magic bytes alone", bench => bench.Write("rw2", [.. "IIU\0"u8, .. new byte[64]]));
        yield return Refused("TIFF", "32 bits float", "numbers from 0 to 1, as ImageMagick writes them", bench =>
            Magick(bench, "tif", "-define", "quantum:format=floating-point", "-depth", "32"));
        yield return Refused("TIFF", "32 bits float", "numbers from 0 to 255, as libvips writes them", bench =>
            bench.Make("tif", "vips", "cast", Png(bench), "OUT", "float"));
        yield return Refused("TIFF", "zstd", "-", bench =>
            bench.Make("tif", "vips", "tiffsave", Png(bench), "OUT", "--compression", "zstd"));
        yield return Refused("BMP", "24 bits", "-", bench => Magick(bench, "bmp"));
        yield return Refused("JPEG 2000", "lossy", "-", bench => bench.Ffmpeg("jp2", $"{Lavfi} -frames:v 1"));
        yield return Refused("JPEG XL", "-", "magic bytes alone", bench => bench.Write("jxl", [0xFF, 0x0A, .. new byte[60]]));
        yield return Refused("SVG", "-", "-", bench =>
            bench.Write("svg", [.. "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"u8]));
        yield return Refused("Photoshop", "8 bits", "-", bench => Magick(bench, "psd"));
        yield return Refused("Targa", "24 bits", "-", bench => Magick(bench, "tga"));
        yield return Refused("PCX", "24 bits", "-", bench => Magick(bench, "pcx"));
        yield return Refused("MNG", "-", "-", bench => Magick(bench, "mng"));
        yield return Refused("DPX", "-", "-", bench => Magick(bench, "dpx"));
        yield return Refused("SGI", "24 bits", "-", bench => Magick(bench, "sgi"));
        yield return Refused("TIFF", "LZMA", "-", bench => Magick(bench, "tif", "-compress", "LZMA"));
        yield return Refused("PPM", "8 bits", "-", bench => Magick(bench, "ppm"));
        yield return Refused("Windows icon", "-", "magic bytes alone", bench => bench.Write("ico", [0, 0, 1, 0, 1, 0, .. new byte[60]]));
    }

    /// <summary>ImageMagick 6, by the name that Debian gives it.</summary>
    private const string Convert = "/usr/bin/convert";

    private static byte[] P3Chromaticities => Chromaticities(31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000);

    private static byte[] AdobeChromaticities => Chromaticities(31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000);

    private static byte[] Chromaticities(params int[] values) => [.. values.SelectMany(PngFile.Number)];

    private static string Png(Bench bench) => bench.Write("png", PngFile.Write(8, LightCoding.Plain));

    private static string P3(Bench bench) => bench.Make("png", "vips", "icc_transform", Png(bench), "OUT", "p3", "--embedded");

    private static string Magick(Bench bench, string extension, params string[] options) => bench.Make(extension, Convert, [Png(bench),
        .. options, "OUT"]);

    private static string Avif(Bench bench, string png, params string[] options) => Avif(bench, [png], options);

    private static string Avif(Bench bench, string[] pngs, params string[] options) =>
        bench.Make("avif", "avifenc", ["-s", "9", "--min", "4", "--max", "12", .. options, .. pngs, "OUT"]);

    /// <summary>heif-enc 1.15 takes options for nclx and writes none, so the box is added here.</summary>
    private static string Heic(Bench bench, IReadOnlyList<double[]> colours, byte primaries, byte transfer) => bench.Write(
        "heic",
        HeifFile.WithColours(
            File.ReadAllBytes(bench.Make("heic", "heif-enc", "-q", "95", "-p", "chroma=444", bench.Write("png", PngFile.Write(8,
                colours)), "-o", "OUT")),
            primaries, transfer));

    private static string Turned(Bench bench) =>
        Exif(bench, bench.Make("jpg", "vips", "jpegsave", Png(bench), "OUT", "--Q", "95"), "-Orientation#=6");

    private static string Exif(Bench bench, string file, string option)
    {
        bench.Make("txt", "exiftool", "-q", "-overwrite_original", option, file);
        return file;
    }

    private static string Cut(Bench bench, int bytes, params string[] options) =>
        bench.Write("jpg", File.ReadAllBytes(bench.Make("jpg", "vips", ["jpegsave", Png(bench), "OUT", "--Q", "95",
            .. options]))[..^bytes]);

    private static Cell Picture(
        string container, string codec, string declared, Func<Bench, string> make, int tolerance = 6, int[]? order = null, int frames = 1,
            bool alpha = false,
        bool animation = false, string? note = null) =>
        new("Pictures", container, codec, declared, async bench =>
        {
            var made = await bench.SendAsync(make(bench));
            var result = made.Require();
            var isTurned = order is [0, 2, ..] or [2, 0, ..] or [3, 1, ..] or [1, 3, ..];
            (result.Width, result.Height).ShouldBe(isTurned ? (160, 240) : (240, 160));
            (result.Frames, result.HasAlpha).ShouldBe((frames, alpha));
            FourColours.Check(made, "preview", tolerance, order);
            made.Files.ContainsKey("animation").ShouldBe(animation);
            string.Join(' ', result.Notes ?? []).ShouldContain(note ?? "");
            (result.Notes is null).ShouldBe(note is null);
            List<string> facts = [$"its colours, {result.Width} × {result.Height}"];
            if (frames > 1)
                facts.Add($"frames {frames}");
            if (animation)
                facts.Add("an animated WebP");
            facts.AddRange(result.Notes ?? []);
            return string.Join("; ", facts);
        });

    private static Cell Refused(string container, string codec, string declared, Func<Bench, string> make,
        string code = "media.unsupported") =>
        new("Pictures", container, codec, declared, async bench => (await bench.SendAsync(make(bench))).RequireRefusal(code));
}
