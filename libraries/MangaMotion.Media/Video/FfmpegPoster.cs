using System.Globalization;
using MangaMotion.Media.Images;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Video;

/// <summary>
/// Finds a poster by the program <c>ffmpeg</c>, if the media hosts cannot use FFmpeg's libraries. Starts it for each try.
/// </summary>
internal sealed class FfmpegPoster(ToolRunner tools, MediaLimits limits)
{
    /// <summary>Finds a poster.</summary>
    /// <returns>Description of the file, and path of a binary PPM in the workspace; null if the file holds sound only.</returns>
    public async Task<(Probed Probed, string? Path)> FindAsync(
        Workspace workspace, string input, MediaType type, int size, CancellationToken cancellationToken)
    {
        var (described, poster) = await TryFirstAsync(workspace, input, type, size, cancellationToken);
        var probed = described ?? await Ffprobe.RunAsync(tools, workspace, input, type, cancellationToken);
        if (probed is { Video: null, Audio: not null })
            return (probed, null);

        var (video, seconds) = VideoRenderer.Accept(probed, type, new FileInfo(input).Length, limits);
        if (poster is null || video.HighDynamicRange || seconds is null or > PosterSearch.ClipSeconds)
            poster = await FindBestAsync(workspace, input, type, video, seconds ?? 0, size, cancellationToken);
        return (probed, poster);
    }

    /// <summary>
    /// Extracts the key frame at about one second, and reads ffmpeg's report about the file. For most clips this one run suffices. The
    /// arguments scale a frame of any size.
    /// </summary>
    /// <returns>The description, null if the report is incomplete; and the poster, null if it is missing or not good.</returns>
    private async Task<(Probed? Probed, string? Poster)> TryFirstAsync(
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
                    .. FfmpegReport.Arguments, .. Ffmpeg.Input(type), .. Ffmpeg.OneThread, "-max_pixels", Text(limits.Pixels),
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
        var isGood = result.ExitCode == 0
            && File.Exists(poster)
            && Score(await File.ReadAllBytesAsync(poster, cancellationToken)) >= FrameScore.Good;
        return (FfmpegReport.Parse(result.Stderr), isGood ? poster : null);
    }

    private async Task<string> FindBestAsync(
        Workspace workspace, string input, MediaType type, ProbedVideo video, double seconds, int size, CancellationToken cancellationToken)
    {
        var (best, result) = (default((string Path, double Score)?), default(ToolResult));
        foreach (var (parts, keyFrames) in PosterSearch.Rounds)
        {
            var directory = workspace.NewDirectory();
            try
            {
                double[] times = [.. parts.Select(part => part * seconds).Distinct()];
                result = await ExtractAsync(directory, input, type, video, times, size, keyFrames, cancellationToken);
            }
            catch (MediaLimitException) when (best is not null)
            {
                break; // the search for a better poster exceeded a limit, so the best one so far is used
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
    /// Extracts one frame near each time, at poster size, as 0.ppm, 1.ppm and so on. The key frame before a time gets a negative timestamp,
    /// so frames are passed through; otherwise ffmpeg drops it.
    /// </summary>
    private Task<ToolResult> ExtractAsync(
        string directory,
        string input,
        MediaType type,
        ProbedVideo video,
        double[] times,
        int size,
        bool keyFrames,
        CancellationToken cancellationToken)
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
            arguments.AddRange(["-map", $"{index}:{video.Index}", "-frames:v", "1", "-fps_mode", "passthrough"]);
            arguments.AddRange([.. Ffmpeg.OneThread, "-vf", filter]);
            arguments.AddRange(["-c:v", "ppm", "-f", "image2", "-update", "1", $"{index}.ppm"]);
        }

        return tools.RunAsync(
            new ToolRun { Tool = "ffmpeg", Arguments = arguments, Directory = directory, Input = input, Subject = type.Title },
            cancellationToken);
    }

    /// <summary>Scores a binary PPM; 0 for invalid content.</summary>
    private static double Score(ReadOnlySpan<byte> pixmap) =>
        PixmapHeader.Read(pixmap) is { } header && pixmap.Length >= header.FileBytes
            ? FrameScore.Compute(pixmap[header.Bytes..], header.Width, header.Height)
            : 0;

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
