using System.Globalization;
using MangaMotion.Media.Images;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Video;

/// <summary>A poster by ffmpeg's program, where its libraries are not those that the children know: a start of it for each look.</summary>
internal sealed class FfmpegPoster(ToolRunner tools, MediaLimits limits)
{
    private readonly MediaLimits _limits = limits;

    /// <returns>What the file is, and a binary PPM in the workspace; no PPM if the file holds sound only.</returns>
    public async Task<(Probed Probed, string? Path)> FindAsync(Workspace workspace, string input, MediaType type, int size, CancellationToken cancellationToken)
    {
        var (look, poster) = await FirstLookAsync(workspace, input, type, size, cancellationToken);
        var probed = look ?? await MediaProbe.RunAsync(tools, workspace, input, type, cancellationToken);
        if (probed is { Video: null, Audio: not null })
            return (probed, null);

        var (video, seconds) = VideoRenderer.Accept(probed, type, new FileInfo(input).Length, _limits);
        if (poster is null || video.HighDynamicRange || seconds is null or > PosterSearch.ClipSeconds)
            poster = await PosterAsync(workspace, input, type, video, seconds ?? 0, size, cancellationToken);
        return (probed, poster);
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
        var shrink = $"min(1,{Text(size)}/max(iw*sar,ih))";
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "ffmpeg",
                Arguments =
                [
                    .. FfmpegReport.Arguments, .. Ffmpeg.Input(type), .. Ffmpeg.OneThread, "-max_pixels", Text(_limits.Pixels),
                    "-an", "-sn", "-dn", "-skip_frame", "nokey", "-noaccurate_seek", "-ss", Text(PosterSearch.FirstLook), "-i", Ffmpeg.File,
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
        var good = result.ExitCode == 0 && File.Exists(poster) && Score(await File.ReadAllBytesAsync(poster, cancellationToken)) >= FrameScore.Good;
        return (FfmpegReport.Parse(result.Stderr), good ? poster : null);
    }

    private async Task<string> PosterAsync(
        Workspace workspace, string input, MediaType type, ProbedVideo video, double seconds, int size, CancellationToken cancellationToken)
    {
        var (best, result) = (default((string Path, double Score)?), default(ToolResult));
        foreach (var (parts, keyFrames) in PosterSearch.Rounds)
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
                var score = Score(await File.ReadAllBytesAsync(path, cancellationToken));
                if (best is null || score > best.Value.Score)
                    best = (path, score);
            }

            if (best?.Score >= FrameScore.Good)
                break;
        }

        return best?.Path ?? throw Ffmpeg.Failure(type, result!);
    }

    /// <summary>
    /// One frame near each time, at poster size, as 0.ppm, 1.ppm and so on. The key frame before a time has a negative
    /// timestamp then, which only the pass-through of all frames does not drop.
    /// </summary>
    private Task<ToolResult> ExtractAsync(
        string directory, string input, MediaType type, ProbedVideo video, double[] times, int size, bool keyFrames, CancellationToken cancellationToken)
    {
        var (width, height) = PosterSearch.Fit(video, size);
        var filter = PosterSearch.Filter(width, height, video.HighDynamicRange);
        List<string> arguments = [.. Ffmpeg.Quiet];
        foreach (var time in times)
        {
            arguments.AddRange([.. Ffmpeg.Input(type), .. Ffmpeg.OneThread, "-an", "-sn", "-dn"]);
            if (keyFrames)
                arguments.AddRange(["-skip_frame", "nokey", "-noaccurate_seek"]);
            if (time > 0)
                arguments.AddRange(["-ss", Text(Math.Round(time, 3))]);
            arguments.AddRange(["-i", Ffmpeg.File]);
        }

        for (var i = 0; i < times.Length; i++)
        {
            var index = Text(i);
            arguments.AddRange(["-map", $"{index}:{video.Index}", "-frames:v", "1", "-fps_mode", "passthrough", .. Ffmpeg.OneThread, "-vf", filter]);
            arguments.AddRange(["-c:v", "ppm", "-f", "image2", "-update", "1", $"{index}.ppm"]);
        }

        return tools.RunAsync(
            new ToolRun { Tool = "ffmpeg", Arguments = arguments, Directory = directory, Input = input, Subject = type.Title },
            cancellationToken);
    }

    /// <summary>Scores a binary PPM; 0 for a frame that shows nothing.</summary>
    private static double Score(ReadOnlySpan<byte> pixmap) =>
        PixmapHeader.Read(pixmap) is { } header && pixmap.Length >= header.FileBytes
            ? FrameScore.Of(pixmap[header.Bytes..], header.Width, header.Height)
            : 0;

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
