using MangaMotion.Media.Hosts;
using MangaMotion.Media.Images;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Video;

/// <summary>What a video is and what was made of its poster frame.</summary>
/// <param name="Seconds">Duration; null where the file does not say or what it says cannot be.</param>
/// <param name="Width">Pixels of the picture as it is shown: turned, and with square pixels.</param>
/// <param name="Rotation">Degrees clockwise by which players turn the coded picture; the images are turned.</param>
/// <param name="FramesPerSecond">0 where the file does not say.</param>
/// <param name="AudioCodec">Null for a silent video.</param>
/// <param name="Image">The poster frame's variants; its size is that of the poster, at most the largest variant's.</param>
public sealed record RenderedVideo(
    double? Seconds, int Width, int Height, int Rotation, double FramesPerSecond, string VideoCodec, string? AudioCodec, RenderedImage Image);

/// <summary>A poster that is neither black nor blurred: the best of some key frames, by FFmpeg.</summary>
public sealed class VideoRenderer(Libav libav, ToolRunner tools, IImageRenderer images, IOptions<MediaOptions> options)
{
    private readonly MediaLimits _limits = options.Value.Limits;

    /// <summary>Chooses a poster frame and makes all variants of it.</summary>
    /// <param name="input">A file in the workspace; it stays.</param>
    /// <returns>Null if the file holds sound only.</returns>
    /// <exception cref="MediaException">The file is refused (nothing in it, no frames, too large, broken), or a tool failed.</exception>
    public async Task<RenderedVideo?> RenderAsync(Workspace workspace, string input, MediaType type, ImageRequest request, CancellationToken cancellationToken)
    {
        request.Validate();
        var job = new VideoJob
        {
            Type = type.Name,
            Format = Ffmpeg.Format(type),
            Pictures = ImageRenderer.Ask(request),
            MaxPixels = _limits.Pixels,
            MaxSeconds = _limits.Seconds,
            PatienceSeconds = _limits.CpuSeconds / 2.0,
        };
        var (probed, image) = await libav.AskAsync(
            input,
            type,
            job,
            (answer, output) => (answer.Probed, answer.Picture is { } picture ? ImageRenderer.Take(workspace, picture, output, request) : null),
            () => ByProgramAsync(workspace, input, type, request, cancellationToken),
            cancellationToken);
        if (probed is { Video: null, Audio: not null })
            return null;

        var (video, seconds) = Accept(probed, type, new FileInfo(input).Length, _limits);
        return image is null
            ? throw new ToolFailedException(job.Tool, "the child made no poster of a video that it could have decoded")
            : new RenderedVideo(seconds, video.Width, video.Height, video.Rotation, Math.Round(video.FrameRate, 3), video.Codec, probed.Audio?.Codec, image);
    }

    /// <summary>The picture and the duration that can be believed, of a file whose frames may be decoded.</summary>
    /// <exception cref="MediaException">It holds no picture, or is larger or longer than allowed.</exception>
    internal static (ProbedVideo Video, double? Seconds) Accept(Probed probed, MediaType type, long bytes, MediaLimits limits)
    {
        var video = probed.Video ?? throw new UnsupportedMediaException($"The {type.Title} holds neither picture nor sound that can be played.");
        if (video.CodedPixels > limits.Pixels)
            throw Outcome.TooMany("pixels", limits.Pixels, video.CodedPixels, "The video's frames have {0} pixels; {1} are allowed.");

        var seconds = PosterSearch.Believable(probed.Seconds, bytes);
        return seconds > limits.Seconds
            ? throw Outcome.TooMany("seconds", limits.Seconds, (long)seconds, "The video is {0} s long; {1} s are allowed.")
            : (video, seconds);
    }

    private async Task<(Probed Probed, RenderedImage? Image)> ByProgramAsync(
        Workspace workspace, string input, MediaType type, ImageRequest request, CancellationToken cancellationToken)
    {
        // A square is cut out of the poster, whose longest side is mostly below twice its shortest.
        var size = request.Variants.Max(variant => variant.Fit == ImageFit.Crop ? 2 * variant.Size : variant.Size);
        var (probed, poster) = await new FfmpegPoster(tools, _limits).FindAsync(workspace, input, type, size, cancellationToken);
        return (probed, poster is null ? null : await images.RenderAsync(workspace, poster, MediaType.Pixmap, request with { AnimationSize = null }, cancellationToken));
    }
}
