using MangaMotion.Media;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Sniffing;
using MangaMotion.Media.Video;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Film.Frames;

/// <summary>Encodes drawn frames as one segment of a video. All segments have the same settings, so that they are joined without encoding again.</summary>
public sealed class FrameEncoder(ToolRunner tools)
{
    /// <summary>Ticks a second of every segment, which frame rates divide.</summary>
    private const int TimeScale = 30_000;

    internal static IReadOnlyList<string> Encoder { get; } =
    [
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-threads", "1", "-profile:v", "high", "-bf", "2", "-pix_fmt", "yuv420p",
        "-x264-params", "keyint=60:min-keyint=1:open-gop=0:colorprim=bt709:transfer=bt709:colormatrix=bt709", "-video_track_timescale", $"{TimeScale}",
        // Milliseconds are the default for a file's length, and joined files would drift by what is rounded off.
        "-movie_timescale", $"{TimeScale}",
    ];

    /// <summary>Everything that decides what the encoder makes of a frame; part of what a segment's key is made from.</summary>
    public static string Settings { get; } = string.Join(' ', Encoder);

    /// <summary>Draws and encodes.</summary>
    /// <param name="frames">At least 1.</param>
    /// <param name="draw">Draws frame n, from 0, as yuv420p, limited range, BT.709.</param>
    /// <returns>An MP4 in the workspace with exactly that many frames.</returns>
    /// <exception cref="ToolFailedException">The encoder failed or made something else; trying again may help.</exception>
    public async Task<string> EncodeAsync(Workspace workspace, FilmFormat format, int frames, Action<int, Span<byte>> draw, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        var directory = workspace.NewDirectory();
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "ffmpeg",
                Arguments =
                [
                    .. Ffmpeg.Quiet, "-protocol_whitelist", "pipe", "-format_whitelist", "rawvideo", "-f", "rawvideo", "-pix_fmt", "yuv420p",
                    "-s", $"{format.Width}x{format.Height}", "-r", $"{format.FramesPerSecond}", "-i", "pipe:0", .. Encoder, "-f", "mp4", "segment.mp4",
                ],
                Directory = directory,
                WriteStdin = WriteAsync,
                CpuSeconds = 60 + (frames / 5),
                WallSeconds = 300 + frames,
                Subject = "segment",
            },
            cancellationToken);

        return await CheckAsync(workspace, directory, frames, result, cancellationToken);

        async Task WriteAsync(Stream encoder, CancellationToken stop)
        {
            var frame = new byte[format.FrameBytes];
            for (var n = 0; n < frames; n++)
            {
                draw(n, frame);
                await encoder.WriteAsync(frame, stop);
            }
        }
    }

    /// <summary>Makes a segment of a video that came from elsewhere: cut to the frame's shape, at our speed, its last frame held where it is too short.</summary>
    /// <param name="video">An MP4.</param>
    /// <exception cref="MediaException">It is no MP4, or is broken.</exception>
    public async Task<string> AdoptAsync(Workspace workspace, string video, FilmFormat format, int frames, CancellationToken cancellationToken)
    {
        var sniffed = MediaSniffer.SniffFile(video);
        if (sniffed.Type != MediaType.Mp4)
            throw new UnsupportedMediaException($"The video provider sent {sniffed.Description} instead of an MP4.");

        var directory = workspace.NewDirectory();
        var filter = $"fps={format.FramesPerSecond},scale={format.Width}:{format.Height}:force_original_aspect_ratio=increase,crop={format.Width}:{format.Height},setsar=1,tpad=stop_mode=clone:stop=-1";
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "ffmpeg",
                Arguments = [.. Ffmpeg.Quiet, .. Ffmpeg.Input(MediaType.Mp4), "-i", Ffmpeg.File, "-map", "0:v:0", "-vf", filter, "-frames:v", $"{frames}", "-an", .. Encoder, "-f", "mp4", "segment.mp4"],
                Directory = directory,
                Input = video,
                CpuSeconds = 120 + (frames / 2),
                WallSeconds = 600 + frames,
                Subject = "video",
            },
            cancellationToken);
        return await CheckAsync(workspace, directory, frames, result, cancellationToken);
    }

    private async Task<string> CheckAsync(Workspace workspace, string directory, int frames, ToolResult result, CancellationToken cancellationToken)
    {
        var segment = Path.Combine(directory, "segment.mp4");
        var made = result.ExitCode == 0 && File.Exists(segment) ? (await FilmProbe.RunAsync(tools, workspace, segment, cancellationToken)).VideoFrames : 0;
        return made == frames ? segment : throw new ToolFailedException("ffmpeg", $"{made} frames of {frames} were encoded; {result.Detail}");
    }
}
