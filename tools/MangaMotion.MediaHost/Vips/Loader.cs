using System.Globalization;

namespace MangaMotion.MediaHost.Vips;

/// <summary>A picture and what the worker's sniffer said that it is, such as <c>image/jpeg</c>.</summary>
internal sealed record PictureFile(string Path, string Type);

/// <summary>
/// Opens a file with the one loader of its sniffed type. libvips's own sniffer is never asked: it can be led to loaders
/// that nobody wanted.
/// </summary>
internal static class Loader
{
    private const int Sequential = 1;
    private const int FailOnError = 2;
    private const int FailOnWarning = 3;

    /// <summary>Pixels as they come from a tool of ours: binary PPM or PGM. Never sniffed from somebody's file.</summary>
    public const string PortablePixmap = "image/x-portable-pixmap";

    /// <summary>Reads the header; pixels follow when they are asked for, top to bottom.</summary>
    /// <param name="reduction">How many times smaller than the file the picture may be loaded; loaders that cannot ignore it.</param>
    /// <param name="frames">How many frames to load, on top of each other.</param>
    /// <param name="strict">For JPEG: a warning of the decoder is an error. Other loaders tell missing pixels without.</param>
    public static VipsImage Open(VipsScope scope, PictureFile file, double reduction = 1, int frames = 1, bool strict = false) => file.Type switch
    {
        "image/jpeg" => Of("jpegload", file).Set("shrink", JpegShrink(reduction)).Set("fail_on", strict ? FailOnWarning : FailOnError).Run(scope),
        "image/png" => Of("pngload", file).Run(scope),
        "image/webp" => Of("webpload", file).Set("scale", 1 / reduction).Set("n", frames).Run(scope),
        "image/gif" => Of("gifload", file).Set("n", frames).Run(scope),
        "image/tiff" => Of("tiffload", file).Run(scope),
        "image/heic" or "image/avif" => Of("heifload", file).Run(scope),
        PortablePixmap => Pixmap(scope, file.Path),
        _ => throw new VipsException("open", $"no loader for {file.Type}"),
    };

    private static Operation Of(string loader, PictureFile file) =>
        new Operation(loader).Set("filename", file.Path).Set("access", Sequential).Set("fail_on", FailOnError);

    /// <summary>JPEG shrinks by 2, 4 and 8 while it decodes, almost for free; what is left to do stays at least 1.</summary>
    private static int JpegShrink(double reduction) => reduction switch
    {
        >= 8 => 8,
        >= 4 => 4,
        >= 2 => 2,
        _ => 1,
    };

    private static VipsImage Pixmap(VipsScope scope, string path)
    {
        var bytes = File.ReadAllBytes(path);
        var position = 0;
        var bands = Token() switch { "P6" => 3, "P5" => 1, var other => throw new VipsException("pixmap", $"'{other}' is not a binary pixmap") };
        var (width, height, depth) = (Number(), Number(), Number());
        if (depth != 255 || width <= 0 || height <= 0 || bytes.Length - position < (long)width * height * bands)
            throw new VipsException("pixmap", $"{width} x {height} x {bands} of depth {depth} does not fit {bytes.Length} bytes");
        return scope.FromBytes(bytes.AsSpan(position, width * height * bands), width, height, bands);

        int Number() => int.Parse(Token(), NumberStyles.None, CultureInfo.InvariantCulture);

        string Token()
        {
            var start = position;
            while (position < bytes.Length && !char.IsWhiteSpace((char)bytes[position]))
                position++;
            return System.Text.Encoding.ASCII.GetString(bytes, start, position++ - start);
        }
    }
}
