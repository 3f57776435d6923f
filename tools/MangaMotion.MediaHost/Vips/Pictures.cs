using MangaMotion.Media.Hosts;
using MangaMotion.Media.Images;
using MangaMotion.Media.Processes;

namespace MangaMotion.MediaHost.Vips;

/// <summary>One picture in, its variants out: checked, decoded once, upright, in sRGB, on the background.</summary>
internal static class Pictures
{
    /// <summary>Bytes that encoding takes at most beside the pixels: stacks of a few threads, and a strip of rows.</summary>
    private const nuint Room = 100_000_000;

    public static ImageAnswer Render(Slot slot, ImageJob job)
    {
        using var scope = new VipsScope();
        var file = new PictureFile(slot.Input, job.Type);
        var header = Blame(() => Loader.Open(scope, file));
        var (width, height, frames) = (header.Width, header.FrameHeight, header.Frames);
        if ((long)width * height > job.MaxPixels)
            throw new RefusedException(new HostFailure(HostFailureKind.TooManyPixels, $"{width} x {height} pixels", (long)width * height));
        if (frames > job.MaxFrames)
            throw new RefusedException(new HostFailure(HostFailureKind.TooManyFrames, $"{frames} frames", frames));

        var orientation = header.Orientation;
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
            HasAlpha = header.HasAlpha,
            Orientation = orientation,
        };
    }

    /// <summary>All variants of pixels that are in memory already: rows of 8-bit red, green and blue.</summary>
    /// <param name="size">Of the pixels as they are, before they are turned upright.</param>
    /// <param name="orientation">In EXIF's numbers, 1–8.</param>
    public static ImageAnswer Render(Slot slot, ReadOnlySpan<byte> pixels, (int Width, int Height) size, int orientation, HostPictures wanted)
    {
        // Whoever made the pixels still has what it made them from.
        Heap.Require(Room);
        using var scope = new VipsScope();
        var image = scope.FromBytes(pixels, size.Width, size.Height, 3);
        image = Resize(scope, image, Fit(size.Width, size.Height, wanted.Variants[0].Size));
        image = scope.Decode(Colours.ToSrgb(scope, image));
        if (orientation != 1)
        {
            image.Set("orientation", orientation);
            image = scope.Decode(new Operation("autorot").Set("in", image).Run(scope));
        }

        return Save(slot, scope, image, wanted) with { Width = image.Width, Height = image.Height, Frames = 1, Orientation = 1 };
    }

    /// <summary>Encodes the first variant's pixels, and each other from those of the one before it.</summary>
    private static ImageAnswer Save(Slot slot, VipsScope scope, VipsImage picture, HostPictures wanted)
    {
        var files = new List<HostFile>();
        foreach (var variant in wanted.Variants)
        {
            if (files.Count > 0)
                picture = Resize(scope, picture, Fit(picture.Width, picture.Height, variant.Size));
            files.Add(Encoder.Save(picture, variant, slot.Out));
        }

        return new ImageAnswer { ThumbHash = Hash(scope, picture), Files = files };
    }

    /// <summary>
    /// The pixels of the first variant. A JPEG whose pixels end too early is only a warning to its decoder, as are harmless
    /// oddities of many cameras: it is decoded strictly, and once more with patience unless it was cut short.
    /// </summary>
    private static VipsImage FirstVariant(VipsScope scope, PictureFile file, VipsImage header, HostPictures wanted)
    {
        try
        {
            return Blame(() => Decode(scope, file, header, wanted, strict: true));
        }
        catch (RefusedException refused) when (file.Type == "image/jpeg" && !refused.Message.Contains("premature end", StringComparison.OrdinalIgnoreCase))
        {
            return Blame(() => Decode(scope, file, header, wanted, strict: false));
        }
    }

    /// <summary>Decoded, resized, in sRGB and upright.</summary>
    private static VipsImage Decode(VipsScope scope, PictureFile file, VipsImage header, HostPictures wanted, bool strict)
    {
        var target = Fit(header.Width, header.FrameHeight, wanted.Variants[0].Size);
        var reduction = Math.Min((double)header.Width / target.Width, (double)header.FrameHeight / target.Height);
        var image = Loader.Open(scope, file, reduction, strict: strict);

        image = Colours.Flatten(scope, image, wanted.Background);
        image = Resize(scope, image, target);
        image = scope.Decode(Colours.ToSrgb(scope, image));
        return image.Orientation == 1 ? image : scope.Decode(new Operation("autorot").Set("in", image).Run(scope));
    }

    internal static VipsImage Resize(VipsScope scope, VipsImage image, (int Width, int Height) target) =>
        (image.Width, image.Height) == target
            ? image
            : new Operation("resize")
                .Set("in", image)
                .Set("scale", (double)target.Width / image.Width)
                .Set("vscale", (double)target.Height / image.Height)
                .Run(scope);

    /// <summary>The size within a square of <paramref name="size"/>, never larger than the picture, never less than one pixel.</summary>
    internal static (int Width, int Height) Fit(int width, int height, int size)
    {
        var scale = Math.Min(1, (double)size / Math.Max(width, height));
        return (Side(width), Side(height));

        int Side(int side) => Math.Max(1, (int)Math.Round(side * scale, MidpointRounding.AwayFromZero));
    }

    /// <summary>Runs what reads the file, so that what goes wrong is told as a fault of the file.</summary>
    internal static T Blame<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (VipsException failure)
        {
            throw new RefusedException(new HostFailure(Kind(failure.Message), failure.Message));
        }
    }

    private static HostFailureKind Kind(string detail) => detail switch
    {
        _ when Shortage.OfMemory(detail) => HostFailureKind.OutOfMemory,
        _ when detail.Contains("nsupported", StringComparison.Ordinal) || detail.Contains("not found", StringComparison.Ordinal)
            || detail.Contains("blocked", StringComparison.Ordinal) => HostFailureKind.Unsupported,
        _ => HostFailureKind.Corrupt,
    };

    private static string Hash(VipsScope scope, VipsImage image)
    {
        image = Resize(scope, image, Fit(image.Width, image.Height, ThumbHash.LargestSide));
        if (image.Bands < 3)
            image = Colours.To(scope, image, Interpretation.Srgb);
        return ThumbHash.Encode(image.ToBytes(), image.Width, image.Height);
    }
}
