using MangaMotion.Media.Hosts;
using NetVips;

namespace MangaMotion.MediaHost.Vips;

/// <summary>Renders an animation as a small animated WebP, cut to a number of frames and pixels.</summary>
internal static class Animator
{
    /// <summary>
    /// Writes the animation. Returns null if the file is not animated: it has one frame, or its format has pages instead of frames.
    /// </summary>
    public static HostFile? Save(
        HostArguments host, ImageScope scope, PictureFile file, Image header, HostAnimation wanted, double[] background)
    {
        if (file.Type is not ("image/gif" or "image/webp"))
            return null;

        var affordable = wanted.MaxPixels / ((long)header.Width * header.PageHeight);
        var frames = (int)Math.Min(Math.Min(header.Frames(), wanted.MaxFrames), affordable);
        if (frames < 2)
            return null;

        var name = $"{wanted.Name}.webp";
        var target = PictureSize.Fit(header.Width, header.PageHeight, wanted.Size);
        var image = ImageRenderer.BlameFile(() =>
        {
            // libvips stacks all frames in one tall image, whose height must stay a multiple of the height of a frame.
            var all = Loader.Open(scope, file, frames: frames);
            all = Colours.Flatten(scope, all, background);
            all = ImageRenderer.Resize(scope, all, (target.Width, target.Height * frames));
            return scope.Decode(Colours.ToSrgb(scope, all));
        });
        Encoder.Webp(image, Path.Combine(host.OutputDirectory, name), wanted.Quality, frameHeight: target.Height);
        return new HostFile(wanted.Name, name, target.Width, target.Height);
    }
}
