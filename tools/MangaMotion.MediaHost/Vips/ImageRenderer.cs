using MangaMotion.Media.Hosts;
using MangaMotion.Media.Images;
using MangaMotion.Media.Processes;
using NetVips;

namespace MangaMotion.MediaHost.Vips;

/// <summary>Checks a picture, decodes it once, and renders its variants: upright, in sRGB, on the background.</summary>
internal static class ImageRenderer
{
    /// <summary>Upper bound in bytes of the memory for encoding, without the pixels: stacks of a few threads and a strip of rows.</summary>
    private const nuint EncodingBytes = 100_000_000;

    /// <summary>Phrases in libvips's messages about files that it has no loader for.</summary>
    private static readonly string[] UnsupportedPhrases = ["nsupported", "not found", "blocked", "not configured"];

    public static ImageAnswer Render(HostArguments host, ImageJob job)
    {
        using var scope = new ImageScope();
        var file = PictureFile.Read(host.Input, job.Type);
        var header = BlameFile(() => Loader.Open(scope, file));
        file = file.WithHeader(header);
        var (width, height) = (header.Width, header.PageHeight);
        var frames = job.Type == "image/tiff" ? file.Tiff.Pages : Math.Max(header.Frames(), file.HiddenFrames);
        if (file.Type == "image/tiff" && file.Tiff.Lab is null && header.Format is not (Enums.BandFormat.Uchar or Enums.BandFormat.Ushort))
        {
            // Such a file does not state which number is white.
            throw new RefusedException(new HostFailure(HostFailureKind.Unsupported, $"its numbers have the type {header.Format}"));
        }

        if ((long)width * height > job.MaxPixels)
            throw new RefusedException(new HostFailure(HostFailureKind.TooManyPixels, $"{width} x {height} pixels", (long)width * height));
        if (frames > job.MaxFrames)
            throw new RefusedException(new HostFailure(HostFailureKind.TooManyFrames, $"{frames} frames", frames));

        var orientation = header.Orientation();
        var first = FirstVariant(scope, file, header, job.Pictures);
        var answer = Save(host, scope, first, job.Pictures);
        var animated = job.Animation is { } wanted ? Animator.Save(host, scope, file, header, wanted, job.Pictures.Background) : null;
        if (animated is not null)
            answer = answer with { Files = [.. answer.Files, animated] };

        var sideways = orientation >= 5;
        return answer with
        {
            Width = sideways ? height : width,
            Height = sideways ? width : height,
            Frames = frames,
            HasAlpha = header.HasAlpha(),
            Orientation = orientation,
            IsPlain = orientation == 1 && Colours.IsPlain(header, file.Colour),
            Notes = file.HiddenFrames > 1 ? [HostNote.FirstFrameOnly] : [],
        };
    }

    /// <summary>Renders all variants of pixels in memory: rows of 8-bit red, green and blue.</summary>
    /// <param name="size">Width and height of the pixels before they are rotated upright.</param>
    /// <param name="orientation">EXIF orientation, 1 to 8.</param>
    public static ImageAnswer Render(
        HostArguments host, ReadOnlySpan<byte> pixels, (int Width, int Height) size, int orientation, HostPictures wanted)
    {
        // The decoder and its frames still use memory, so the memory for encoding is checked first.
        NativeHeap.RequireFree(EncodingBytes);
        using var scope = new ImageScope();
        var image = scope.Own(Image.NewFromMemoryCopy(pixels, size.Width, size.Height, 3, Enums.BandFormat.Uchar));
        image = Resize(scope, image, PictureSize.OfLargest(size.Width, size.Height, wanted));
        image = scope.Decode(Colours.ToSrgb(scope, image));
        if (orientation != 1)
            image = Upright(scope, scope.Own(image.WithOrientation(orientation)));

        return Save(host, scope, image, wanted) with { Width = image.Width, Height = image.Height, Frames = 1, Orientation = 1 };
    }

    /// <summary>Makes each variant from the picture of the next larger one, beginning with the largest.</summary>
    /// <param name="picture">Picture of the largest variant.</param>
    private static ImageAnswer Save(HostArguments host, ImageScope scope, Image picture, HostPictures wanted)
    {
        var files = new List<HostFile>();
        var hashed = picture;
        foreach (var (variant, size) in wanted.Variants
            .Select(variant => (variant, Size: PictureSize.OfWhole(picture.Width, picture.Height, variant)))
            .OrderByDescending(each => (long)each.Size.Width * each.Size.Height).ToList())
        {
            picture = Resize(scope, picture, size);
            files.Add(Encoder.Save(variant.Crop ? CropSquare(scope, picture, variant.Size) : picture, variant, host.OutputDirectory));
            if (Math.Max(picture.Width, picture.Height) >= ThumbHash.LargestSide)
                hashed = picture;
        }

        return new ImageAnswer { ThumbHash = Hash(scope, hashed), Files = files };
    }

    private static Image CropSquare(ImageScope scope, Image picture, int size)
    {
        var side = Math.Min(size, Math.Min(picture.Width, picture.Height));
        return scope.Own(picture.ExtractArea((picture.Width - side) / 2, (picture.Height - side) / 2, side, side));
    }

    /// <summary>
    /// Decodes the pixels of the first variant. If pixels are missing, the JPEG decoder only warns, but it also warns about harmless
    /// peculiarities of many cameras. So warnings are errors at first. A file that ends too early may lack its end marker only: it is
    /// decoded again with one appended, and then warnings mean missing pixels. Other JPEGs are decoded again with warnings ignored.
    /// </summary>
    private static Image FirstVariant(ImageScope scope, PictureFile file, Image header, HostPictures wanted)
    {
        try
        {
            return BlameFile(() => Decode(scope, file, header, wanted, strict: true));
        }
        catch (RefusedException refused) when (file.Type == "image/jpeg")
        {
            return EndsEarly(refused)
                ? BlameFile(() => Decode(scope, file, header, wanted, strict: true, withEnd: true))
                : BlameFile(() => Decode(scope, file, header, wanted, strict: false));
        }
    }

    private static bool EndsEarly(RefusedException refused) =>
        refused.Message.Contains("premature end", StringComparison.OrdinalIgnoreCase);

    /// <summary>Decodes the pixels at the size of the largest variant, in sRGB and upright.</summary>
    private static Image Decode(ImageScope scope, PictureFile file, Image header, HostPictures wanted, bool strict, bool withEnd = false)
    {
        var target = PictureSize.OfLargest(header.Width, header.PageHeight, wanted);
        var reduction = Math.Min((double)header.Width / target.Width, (double)header.PageHeight / target.Height);
        var image = Loader.Open(scope, file, reduction, strict: strict, withEnd: withEnd);

        image = Colours.Prepare(scope, image, file);
        image = Colours.Flatten(scope, image, wanted.Background);
        image = Resize(scope, image, target);
        image = scope.Decode(Colours.ToSrgb(scope, image));
        return image.Orientation() == 1 ? image : Upright(scope, image);
    }

    internal static Image Resize(ImageScope scope, Image image, (int Width, int Height) target) =>
        (image.Width, image.Height) == target
            ? image
            : scope.Own(image.Resize((double)target.Width / image.Width, vscale: (double)target.Height / image.Height));

    private static Image Upright(ImageScope scope, Image image) => scope.Decode(scope.Own(image.Autorot()));

    /// <summary>Runs a function that reads the file, and reports its failure as a defect of the file.</summary>
    internal static T BlameFile<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (VipsException failure)
        {
            throw new RefusedException(new HostFailure(Kind(failure.Message), failure.Message.Trim()));
        }
    }

    private static HostFailureKind Kind(string detail) => detail switch
    {
        _ when ToolErrors.IsNoMemory(detail) => HostFailureKind.OutOfMemory,
        _ when UnsupportedPhrases.Any(phrase => detail.Contains(phrase, StringComparison.Ordinal)) => HostFailureKind.Unsupported,
        _ => HostFailureKind.Corrupt,
    };

    private static string Hash(ImageScope scope, Image image)
    {
        image = Resize(scope, image, PictureSize.Fit(image.Width, image.Height, ThumbHash.LargestSide));
        if (image.Bands < 3)
            image = Colours.To(scope, image, Enums.Interpretation.Srgb);
        return ThumbHash.Encode(image.WriteToMemory<byte>(), image.Width, image.Height);
    }
}
