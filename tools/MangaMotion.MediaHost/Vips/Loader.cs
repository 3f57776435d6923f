using MangaMotion.Media.Chapters;
using MangaMotion.Media.Images;
using NetVips;

namespace MangaMotion.MediaHost.Vips;

/// <summary>
/// Opens a file with the one loader of its sniffed type. libvips's own sniffer is not used, because a file can make it choose another
/// loader.
/// </summary>
internal static class Loader
{
    private const Enums.Access Sequential = Enums.Access.Sequential;
    private const Enums.FailOn OnError = Enums.FailOn.Error;

    /// <summary>Pixels from <c>ffmpeg</c>. Never sniffed from a caller's file.</summary>
    private const string Pixmap = "image/x-portable-pixmap";

    /// <summary>Reads the header. Pixels are decoded on demand, top to bottom.</summary>
    /// <param name="reduction">Factor by which the loader may shrink the picture; ignored by loaders that cannot shrink.</param>
    /// <param name="frames">Number of frames to load, stacked in one image.</param>
    /// <param name="withEnd">For JPEG only: reads the file as if its end marker followed it.</param>
    /// <param name="strict">
    /// For JPEG only: treats warnings of the decoder as errors. Other loaders report missing pixels as errors anyway.
    /// </param>
    /// <exception cref="VipsException">The file is damaged, or the library has no loader for its type.</exception>
    public static Image Open(
        ImageScope scope, PictureFile file, double reduction = 1, int frames = 1, bool strict = false, bool withEnd = false) =>
        scope.Own(file.Type switch
        {
            "image/jpeg" => Jpeg(scope, file, JpegShrink(reduction), strict ? Enums.FailOn.Warning : OnError, withEnd),
            "image/png" => Image.Pngload(file.Path, access: Sequential, failOn: OnError),
            "image/webp" => Image.Webpload(file.Path, n: frames, scale: 1 / reduction, access: Sequential, failOn: OnError),
            "image/gif" => Image.Gifload(file.Path, n: frames, access: Sequential, failOn: OnError),
            "image/tiff" when file.Tiff.Lab is { } field => LabTiff.Load(scope, file, field),
            "image/tiff" => Image.Tiffload(file.Path, page: file.Tiff.Page, subifd: file.Tiff.Child, access: Sequential, failOn: OnError),
            "image/heic" or "image/avif" => Image.Heifload(file.Path, access: Sequential, failOn: OnError),
            Pixmap => ReadPixmap(file.Path),
            _ => throw new VipsException($"no loader for {file.Type}: unsupported"),
        });

    private static Image Jpeg(ImageScope scope, PictureFile file, int shrink, Enums.FailOn failOn, bool withEnd) => withEnd
        ? Image.JpegloadStream(WithEnd(scope, file.Path), shrink: shrink, access: Sequential, failOn: failOn)
        : Image.Jpegload(file.Path, shrink: shrink, access: Sequential, failOn: failOn);

    /// <summary>Finds the factor by which the JPEG decoder shrinks at almost no cost: 1, 2, 4 or 8, at most the reduction.</summary>
    private static int JpegShrink(double reduction) => reduction switch
    {
        >= 8 => 8,
        >= 4 => 4,
        >= 2 => 2,
        _ => 1,
    };

    /// <summary>Appends an end marker to the file, in place of half a marker at its end.</summary>
    private static FileSlice WithEnd(ImageScope scope, string path)
    {
        const byte Marker = 0xFF, EndOfImage = 0xD9;
        var file = scope.Own(File.OpenHandle(path));
        var length = RandomAccess.GetLength(file);
        var last = new byte[1];
        if (length > 0 && RandomAccess.Read(file, last, length - 1) == 1 && last[0] == Marker)
            length--;
        return scope.Own(new FileSlice(file, 0, length, tail: [Marker, EndOfImage]));
    }

    private static Image ReadPixmap(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return PixmapHeader.Read(bytes) is { } header && header.FileBytes <= bytes.Length
            ? Image.NewFromMemoryCopy<byte>(
                bytes.AsSpan(header.Bytes, (int)header.FileBytes - header.Bytes), header.Width, header.Height, 3, Enums.BandFormat.Uchar)
            : throw new VipsException($"{path} is not a complete pixmap");
    }
}
