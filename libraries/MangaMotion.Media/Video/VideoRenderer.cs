using System.Globalization;
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

/// <summary>A poster that is neither black nor blurred: the best of some key frames, by ffmpeg.</summary>
public sealed class VideoRenderer(ToolRunner tools, IImageRenderer images, IOptions<MediaOptions> options)
{
    /// <summary>Below this many bits a second a declared duration is not believed.</summary>
    private const double LeastBitsPerSecond = 1_000;

    /// <summary>Any good frame will do for a clip that is no longer; a long video begins with titles.</summary>
    private const double ClipSeconds = 60;

    /// <summary>
    /// Where candidates are looked for, as parts of the duration, until one is good: a key frame or a few, which cost one decoded
    /// frame each; more of them; and any frames, for files with hardly a key frame.
    /// </summary>
    private static readonly (double[] Parts, bool KeyFrames)[] Rounds =
    [
        ([0.25], true), ([0.08, 0.5], true), ([0, 0.15, 0.35, 0.65, 0.8, 0.92], true), ([0, 0.3, 0.6], false),
    ];

    private readonly MediaLimits _limits = options.Value.Limits;

    /// <summary>Chooses a poster frame and makes all variants of it.</summary>
    /// <param name="input">A file in the workspace; it stays.</param>
    /// <exception cref="MediaException">The file is refused (no picture, no frames, too large, broken), or a tool failed.</exception>
    public async Task<RenderedVideo> RenderAsync(Workspace workspace, string input, MediaType type, ImageRequest request, CancellationToken cancellationToken)
    {
        request.Validate();
        var size = request.Variants.Max(variant => variant.Size);
        var (look, poster) = await FirstLookAsync(workspace, input, type, size, cancellationToken);
        var probed = look ?? await MediaProbe.RunAsync(tools, workspace, input, type, cancellationToken);
        var video = probed.Video ?? throw new UnsupportedMediaException(
            probed.Audio is null ? $"The {type.Title} holds neither picture nor sound." : $"The {type.Title} holds sound only; upload it as M4A, MP3 or Ogg.");
        if (video.CodedPixels > _limits.Pixels)
            throw Outcome.TooMany("pixels", _limits.Pixels, video.CodedPixels, "The video's frames have {0} pixels; {1} are allowed.");

        var seconds = Believable(probed.Seconds, new FileInfo(input).Length);
        if (seconds > _limits.Seconds)
            throw Outcome.TooMany("seconds", _limits.Seconds, (long)seconds, "The video is {0} s long; {1} s are allowed.");

        if (poster is null || video.HighDynamicRange || seconds is null or > ClipSeconds)
            poster = await PosterAsync(workspace, input, type, video, seconds ?? 0, size, cancellationToken);
        var image = await images.RenderAsync(workspace, poster, MediaType.Pixmap, request with { AnimationSize = null }, cancellationToken);
        return new RenderedVideo(seconds, video.Width, video.Height, video.Rotation, Math.Round(video.FrameRate, 3), video.Codec, probed.Audio?.Codec, image);
    }

    /// <summary>
    /// The key frame at about one second, and what ffmpeg says of the file on the way: for most clips all that is needed, in one
    /// run. It sizes the frame without knowing it.
    /// </summary>
    /// <returns>Null for what could not be told, and where the frame is missing or not good.</returns>
    private async Task<(Probed? Probed, string? Poster)> FirstLookAsync(
        Workspace workspace, string input, MediaType type, int size, CancellationToken cancellationToken)
    {
        var directory = workspace.NewDirectory();
        var shrink = $"min(1,{size.ToString(CultureInfo.InvariantCulture)}/max(iw*sar,ih))";
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "ffmpeg",
                Arguments =
                [
                    .. FfmpegReport.Arguments, .. Ffmpeg.Input(type), .. Ffmpeg.OneThread, "-max_pixels", _limits.Pixels.ToString(CultureInfo.InvariantCulture),
                    "-an", "-sn", "-dn", "-skip_frame", "nokey", "-noaccurate_seek", "-ss", "1", "-i", Ffmpeg.File,
                    "-map", "0:V:0", "-frames:v", "1", "-fps_mode", "passthrough", .. Ffmpeg.OneThread,
                    "-vf", $"scale=w='max(2,round(iw*sar*{shrink}))':h='max(2,round(ih*{shrink}))':flags=area,setsar=1,format=rgb24",
                    "-c:v", "ppm", "-f", "image2", "-update", "1", "poster.ppm",
                ],
                Directory = directory,
                Input = input,
                Subject = type.Title,
            },
            cancellationToken);
        var poster = Path.Combine(directory, "poster.ppm");
        var good = result.ExitCode == 0 && File.Exists(poster) && FrameScore.OfPixmap(await File.ReadAllBytesAsync(poster, cancellationToken)) >= FrameScore.Good;
        return (FfmpegReport.Parse(result.Stderr), good ? poster : null);
    }

    private static double? Believable(double seconds, long bytes) => seconds > 0 && bytes * 8 / seconds >= LeastBitsPerSecond ? seconds : null;

    private async Task<string> PosterAsync(
        Workspace workspace, string input, MediaType type, ProbedVideo video, double seconds, int size, CancellationToken cancellationToken)
    {
        var (best, result) = (default((string Path, double Score)?), default(ToolResult));
        foreach (var (parts, keyFrames) in Rounds)
        {
            var directory = workspace.NewDirectory();
            try
            {
                result = await ExtractAsync(directory, input, type, video, [.. parts.Select(part => part * seconds).Distinct()], size, keyFrames, cancellationToken);
            }
            catch (MediaLimitException) when (best is not null)
            {
                break; // looking for a better one took too much; the one that there is will do
            }

            foreach (var path in Directory.GetFiles(directory, "*.ppm"))
            {
                var score = FrameScore.OfPixmap(await File.ReadAllBytesAsync(path, cancellationToken));
                if (best is null || score > best.Value.Score)
                    best = (path, score);
            }

            if (best?.Score >= FrameScore.Good)
                break;
        }

        return best?.Path ?? throw Ffmpeg.Broken(type, result!);
    }

    /// <summary>
    /// One frame near each time, at poster size, as 0.ppm, 1.ppm and so on. The key frame before a time has a negative
    /// timestamp then, which only the pass-through of all frames does not drop.
    /// </summary>
    private Task<ToolResult> ExtractAsync(
        string directory, string input, MediaType type, ProbedVideo video, double[] times, int size, bool keyFrames, CancellationToken cancellationToken)
    {
        List<string> arguments = [.. Ffmpeg.Quiet];
        foreach (var time in times)
        {
            arguments.AddRange([.. Ffmpeg.Input(type), .. Ffmpeg.OneThread, "-an", "-sn", "-dn"]);
            if (keyFrames)
                arguments.AddRange(["-skip_frame", "nokey", "-noaccurate_seek"]);
            if (time > 0)
                arguments.AddRange(["-ss", time.ToString("F3", CultureInfo.InvariantCulture)]);
            arguments.AddRange(["-i", Ffmpeg.File]);
        }

        for (var i = 0; i < times.Length; i++)
        {
            var index = i.ToString(CultureInfo.InvariantCulture);
            arguments.AddRange(["-map", $"{index}:{video.Index}", "-frames:v", "1", "-fps_mode", "passthrough", .. Ffmpeg.OneThread, "-vf", Filter(video, size)]);
            arguments.AddRange(["-c:v", "ppm", "-f", "image2", "-update", "1", $"{index}.ppm"]);
        }

        return tools.RunAsync(
            new ToolRun { Tool = "ffmpeg", Arguments = arguments, Directory = directory, Input = input, Subject = type.Title },
            cancellationToken);
    }

    private static string Filter(ProbedVideo video, int size)
    {
        var scale = Math.Min(1, (double)size / Math.Max(video.Width, video.Height));
        var (width, height) = (Math.Max(2, (int)Math.Round(video.Width * scale)), Math.Max(2, (int)Math.Round(video.Height * scale)));
        var fit = string.Create(CultureInfo.InvariantCulture, $"scale={width}:{height}:flags=area,setsar=1");

        // Bright scenes are mapped into what a screen shows; without it they come out grey and flat.
        return video.HighDynamicRange
            ? $"{fit},zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=full,format=rgb24"
            : $"{fit},format=rgb24";
    }
}
