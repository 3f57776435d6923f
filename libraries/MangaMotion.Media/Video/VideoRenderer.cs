using MangaMotion.Media.Hosts;
using MangaMotion.Media.Images;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Video;

/// <summary>Result of rendering a video.</summary>
/// <param name="Seconds">Duration; null if the file declares none or an impossible one.</param>
/// <param name="Width">Width in pixels of the picture as shown: rotated, and with square pixels.</param>
/// <param name="Rotation">Degrees clockwise by which players rotate the coded picture. The variants are rotated.</param>
/// <param name="FramesPerSecond">Frame rate; 0 if unknown.</param>
/// <param name="AudioCodec">Codec of the sound; null for a silent video.</param>
/// <param name="Image">Variants of the poster. Width and height are those of the poster.</param>
public sealed record RenderedVideo(
    double? Seconds,
    int Width,
    int Height,
    int Rotation,
    double FramesPerSecond,
    string VideoCodec,
    string? AudioCodec,
    RenderedImage Image);

/// <summary>Renders a poster of a video that is neither black nor blurred: the best of some key frames, decoded by FFmpeg.</summary>
public sealed class VideoRenderer(Libav libav, ToolRunner tools, IImageRenderer images, IOptions<MediaOptions> options)
{
    private readonly MediaLimits _limits = options.Value.Limits;

    /// <summary>Finds a poster and renders all variants of it.</summary>
    /// <param name="input">File in the workspace. It is not changed.</param>
    /// <returns>Null if the file holds sound only.</returns>
    /// <exception cref="MediaException">The file is refused (empty, without frames, too large, damaged), or a tool failed.</exception>
    public async Task<RenderedVideo?> RenderAsync(
        Workspace workspace, string input, MediaType type, ImageRequest request, CancellationToken cancellationToken)
    {
        request.Validate();
        var job = new VideoJob
        {
            Type = type.Name,
            Format = Ffmpeg.Format(type),
            Pictures = ImageRenderer.CreatePictures(request),
            MaxPixels = _limits.Pixels,
            MaxSeconds = _limits.Seconds,
            SearchSeconds = _limits.CpuSeconds / 2.0,
        };
        var (probed, image) = await libav.RunJobAsync(
            input,
            type,
            job,
            (answer, output) =>
                (answer.Probed, answer.Picture is { } picture ? ImageRenderer.Collect(workspace, picture, output, request) : null),
            () => RunProgramAsync(workspace, input, type, request, cancellationToken),
            cancellationToken);
        if (probed is { Video: null, Audio: not null })
            return null;

        var (video, seconds) = Accept(probed, type, new FileInfo(input).Length, _limits);
        return image is null
            ? throw new ToolFailedException(job.Tool, "the media host made no poster of a video within the limits")
            : new RenderedVideo(
                seconds,
                video.Width,
                video.Height,
                video.Rotation,
                Math.Round(video.FrameRate, 3),
                video.Codec,
                probed.Audio?.Codec,
                image);
    }

    /// <summary>Checks the limits before frames are decoded, and returns the picture stream and the plausible duration.</summary>
    /// <exception cref="MediaException">The file has no picture stream, or is over a limit.</exception>
    internal static (ProbedVideo Video, double? Seconds) Accept(Probed probed, MediaType type, long bytes, MediaLimits limits)
    {
        var video = probed.Video
            ?? throw new UnsupportedMediaException($"The {type.Title} contains neither pictures nor sound that can be played.");
        if (video.CodedPixels > limits.Pixels)
            throw LimitExceeded.TooMany("pixels", limits.Pixels, video.CodedPixels, "The video's frames have {0} pixels; {1} are allowed.");

        var seconds = PosterSearch.CheckDuration(Math.Round(probed.Seconds, 3), bytes);
        return seconds > limits.Seconds
            ? throw LimitExceeded.TooMany("seconds", limits.Seconds, (long)seconds, "The video is {0} s long; {1} s are allowed.")
            : (video, seconds);
    }

    private async Task<(Probed Probed, RenderedImage? Image)> RunProgramAsync(
        Workspace workspace, string input, MediaType type, ImageRequest request, CancellationToken cancellationToken)
    {
        // A square is cut from the poster, whose longest side is usually less than twice its shortest.
        var size = request.Variants.Max(variant => variant.Fit == ImageFit.Crop ? 2 * variant.Size : variant.Size);
        var (probed, poster) = await new FfmpegPoster(tools, _limits).FindAsync(workspace, input, type, size, cancellationToken);
        if (poster is null)
            return (probed, null);
        return (probed, await images.RenderAsync(
            workspace, poster, MediaType.Pixmap, request with { AnimationSize = null }, cancellationToken));
    }
}
