using MangaMotion.Media.Hosts;

namespace MangaMotion.MediaHost.Vips;

/// <summary>A small moving WebP of an animation, cut to a number of frames and pixels.</summary>
internal static class Animator
{
    /// <summary>Null where the file does not move: one frame, or a format whose pages are not frames.</summary>
    public static HostFile? Save(Slot slot, VipsScope scope, PictureFile file, VipsImage header, HostAnimation wanted, double[] background)
    {
        if (file.Type is not ("image/gif" or "image/webp"))
            return null;

        var affordable = wanted.MaxPixels / ((long)header.Width * header.FrameHeight);
        var frames = (int)Math.Min(Math.Min(header.Frames, wanted.MaxFrames), affordable);
        if (frames < 2)
            return null;

        var name = $"{wanted.Name}.webp";
        var target = Pictures.Fit(header.Width, header.FrameHeight, wanted.Size);
        var image = Pictures.Blame(() =>
        {
            // All frames lie on top of each other in one tall image; its height stays a multiple of a frame's.
            var all = Loader.Open(scope, file, frames: frames);
            all = Colours.Flatten(scope, all, background);
            all = Pictures.Resize(scope, all, (target.Width, target.Height * frames));
            return scope.Decode(Colours.ToSrgb(scope, all));
        });
        image.Set("page-height", target.Height);
        Encoder.Webp(image, Path.Combine(slot.Out, name), wanted.Quality);
        return new HostFile(wanted.Name, name, target.Width, target.Height);
    }
}
