using MangaMotion.Media.Hosts;
using MangaMotion.Media.Images;
using MangaMotion.Media.Processes;
using NetVips;

namespace MangaMotion.MediaHost.Vips;

/// <summary>Renders the variants of one picture: checked, decoded once, upright, in sRGB, on the background.</summary>
internal static class ImageRenderer
{
    /// <summary>Upper bound in bytes of the memory for encoding, besides the pixels: stacks of a few threads and a strip of rows.</summary>
    private const nuint Room = 100_000_000;

    public static ImageAnswer Render(Slot slot, ImageJob job)
    {
        using var scope = new ImageScope();
        var file = PictureFile.Read(slot.Input, job.Type);
        var header = Blame(() => Loader.Open(scope, file));
        file = file.WithHeader(header);
        var (width, height) = (header.Width, header.PageHeight);
        var frames = job.Type == "image/tiff" ? file.Tiff.Pages : Math.Max(header.Frames(), file.HiddenFrames);
        if (file.Type == "image/tiff" && file.Tiff.Lab is null && header.Format is not (Enums.BandFormat.Uchar or Enums.BandFormat.Ushort))
        {
            // Nothing in such a file says which number is white.
            throw new RefusedException(new HostFailure(HostFailureKind.Unsupported, $"its numbers are of the kind {header.Format}"));
        }

        if ((long)width * height > job.MaxPixels)
            throw new RefusedException(new HostFailure(HostFailureKind.TooManyPixels, $"{width} x {height} pixels", (long)width * height));
        if (frames > job.MaxFrames)
            throw new RefusedException(new HostFailure(HostFailureKind.TooManyFrames, $"{frames} frames", frames));

        var orientation = header.Orientation();
        var first = FirstVariant(scope, file, header, job.Pictures);
        var answer = Save(slot, scope, first, job.Pictures);
        if (job.Animation is { } animation && Animator.Save(slot, scope, file, header, animation, job.Pictures.Background) is { } animated)
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
    /// <param name="size">Width and height of the pixels before they are turned upright.</param>
    /// <param name="orientation">EXIF orientation, 1 to 8.</param>
    public static ImageAnswer Render(Slot slot, ReadOnlySpan<byte> pixels, (int Width, int Height) size, int orientation, HostPictures wanted)
    {
        // The caller still holds the decoder and its frames, so the room for encoding is checked first.
        Heap.Require(Room);
        using var scope = new ImageScope();
        var image = scope.Own(Image.NewFromMemoryCopy(pixels, size.Width, size.Height, 3, Enums.BandFormat.Uchar));
        image = Resize(scope, image, PictureSize.OfLargest(size.Width, size.Height, wanted));
        image = scope.Decode(Colours.ToSrgb(scope, image));
        if (orientation != 1)
        {
            image = Upright(scope, scope.Own(image.WithOrientation(orientation)));
        }

        return Save(slot, scope, image, wanted) with { Width = image.Width, Height = image.Height, Frames = 1, Orientation = 1 };
    }

    /// <summary>Makes each variant from the picture of the next larger one, beginning with the largest.</summary>
    /// <param name="picture">Picture of the largest variant.</param>
    private static ImageAnswer Save(Slot slot, ImageScope scope, Image picture, HostPictures wanted)
    {
        var files = new List<HostFile>();
        var hashed = picture;
        foreach (var (variant, size) in wanted.Variants
            .Select(variant => (variant, Size: PictureSize.OfWhole(picture.Width, picture.Height, variant)))
            .OrderByDescending(each => (long)each.Size.Width * each.Size.Height).ToList())
        {
            picture = Resize(scope, picture, size);
            files.Add(Encoder.Save(variant.Crop ? CropSquare(scope, picture, variant.Size) : picture, variant, slot.Out));
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
    /// The pixels of the first variant. The JPEG decoder only warns if pixels are missing, and warns about harmless oddities of
    /// many cameras too. So warnings are errors at first. A file that ends too early may lack its end marker only: with one
    /// appended, the decoder warns if pixels are missing. All other files are decoded again without errors for warnings.
    /// </summary>
    private static Image FirstVariant(ImageScope scope, PictureFile file, Image header, HostPictures wanted)
    {
        try
        {
            return Blame(() => Decode(scope, file, header, wanted, strict: true));
        }
        catch (RefusedException refused) when (file.Type == "image/jpeg")
        {
            return EndsEarly(refused)
                ? Blame(() => Decode(scope, file, header, wanted, strict: true, withEnd: true))
                : Blame(() => Decode(scope, file, header, wanted, strict: false));
        }
    }

    private static bool EndsEarly(RefusedException refused) => refused.Message.Contains("premature end", StringComparison.OrdinalIgnoreCase);

    /// <summary>The pixels decoded, resized, in sRGB and upright.</summary>
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

    /// <summary>Runs a function that reads the file, and reports its failure as a fault of the file.</summary>
    internal static T Blame<T>(Func<T> read)
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
        _ when Shortage.OfMemory(detail) => HostFailureKind.OutOfMemory,
        _ when detail.Contains("nsupported", StringComparison.Ordinal) || detail.Contains("not found", StringComparison.Ordinal)
            || detail.Contains("blocked", StringComparison.Ordinal) || detail.Contains("not configured", StringComparison.Ordinal) => HostFailureKind.Unsupported,
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
