using MangaMotion.Media.Images;

namespace MangaMotion.VipsHost;

/// <summary>One picture in, its variants out: checked, decoded once, upright, in sRGB, on the background.</summary>
internal static class Renderer
{
    /// <summary>Never throws for what a file does: the failure is the answer.</summary>
    public static HostAnswer Answer(HostRequest request)
    {
        try
        {
            using var scope = new VipsScope();
            return Render(scope, request);
        }
        catch (RefusedException refused)
        {
            return new HostAnswer { Failure = refused.Failure };
        }
        catch (VipsException failure)
        {
            return new HostAnswer { Failure = new HostFailure(HostFailureKind.Internal, failure.Message) };
        }
        catch (IOException failure)
        {
            return new HostAnswer { Failure = new HostFailure(HostFailureKind.Internal, failure.Message) };
        }
    }

    private static HostAnswer Render(VipsScope scope, HostRequest request)
    {
        var header = Blame(() => Loader.Open(scope, request));
        var (width, height, frames) = (header.Width, header.FrameHeight, header.Frames);
        if ((long)width * height > request.MaxPixels)
            throw new RefusedException(new HostFailure(HostFailureKind.TooManyPixels, $"{width} x {height} pixels", (long)width * height));
        if (frames > request.MaxFrames)
            throw new RefusedException(new HostFailure(HostFailureKind.TooManyFrames, $"{frames} frames", frames));

        var files = new List<HostFile>();
        var orientation = header.Orientation;
        var picture = default(VipsImage);
        foreach (var variant in request.Variants)
        {
            picture = files.Count == 0
                ? FirstVariant(scope, request, header, variant.Size)
                : Resize(scope, picture, Fit(picture.Width, picture.Height, variant.Size));
            files.Add(Encoder.Save(picture, variant, request.OutputDirectory));
        }

        if (request.Animation is { } animation && Animator.Save(scope, request, header, animation) is { } animated)
            files.Add(animated);

        var sideways = orientation >= 5;
        return new HostAnswer
        {
            Width = sideways ? height : width,
            Height = sideways ? width : height,
            Frames = frames,
            HasAlpha = header.HasAlpha,
            Orientation = orientation,
            ThumbHash = Hash(scope, picture),
            Files = files,
        };
    }

    /// <summary>
    /// The pixels of the first variant. A JPEG whose pixels end too early is only a warning to its decoder, as are harmless
    /// oddities of many cameras: it is decoded strictly, and once more with patience unless it was cut short.
    /// </summary>
    private static VipsImage FirstVariant(VipsScope scope, HostRequest request, VipsImage header, int size)
    {
        try
        {
            return Blame(() => Decode(scope, request, header, size, strict: true));
        }
        catch (RefusedException refused) when (request.Type == "image/jpeg" && !refused.Message.Contains("premature end", StringComparison.OrdinalIgnoreCase))
        {
            return Blame(() => Decode(scope, request, header, size, strict: false));
        }
    }

    /// <summary>Decoded, resized, in sRGB and upright.</summary>
    private static VipsImage Decode(VipsScope scope, HostRequest request, VipsImage header, int size, bool strict)
    {
        var target = Fit(header.Width, header.FrameHeight, size);
        var reduction = Math.Min((double)header.Width / target.Width, (double)header.FrameHeight / target.Height);
        var image = Loader.Open(scope, request, reduction, strict: strict);

        image = Colours.Flatten(scope, image, request.Background);
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
        _ when detail.Contains("out of memory", StringComparison.OrdinalIgnoreCase) => HostFailureKind.OutOfMemory,
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

/// <summary>The file is refused, for the reason in the failure.</summary>
internal sealed class RefusedException(HostFailure failure) : Exception(failure.Detail)
{
    public HostFailure Failure { get; } = failure;
}
