using MangaMotion.Film.Captions;
using MangaMotion.Media;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Sniffing;
using MangaMotion.Media.Video;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Film.Frames;

/// <summary>
/// Encodes drawn frames as one segment of a video. All segments have the same settings, so they are joined without a new encode.
/// </summary>
public sealed class FrameEncoder(ToolRunner tools)
{
    /// <summary>Ticks per second of every segment. All frame rates divide it.</summary>
    private const int TimeScale = 30_000;

    private static readonly string[] Encoder =
    [
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-threads", "1", "-profile:v", "high", "-bf", "2", "-pix_fmt", "yuv420p",
        "-x264-params", "keyint=60:min-keyint=1:open-gop=0:colorprim=bt709:transfer=bt709:colormatrix=bt709",
        "-video_track_timescale", $"{TimeScale}",
        // By default the length of a file is in milliseconds, and joined files would drift by the rounded fractions.
        "-movie_timescale", $"{TimeScale}",
    ];

    /// <summary>Settings that decide the bytes of an encoded frame. They are part of the key of a segment.</summary>
    public static string Settings { get; } = string.Join(' ', Encoder);

    /// <summary>Draws and encodes.</summary>
    /// <param name="frames">Number of frames, at least 1.</param>
    /// <param name="draw">Draws frame n, from 0, as yuv420p, limited range, BT.709.</param>
    /// <param name="captions">Texts that are drawn into the frames.</param>
    /// <returns>An MP4 in the workspace with exactly this number of frames.</returns>
    /// <exception cref="ToolFailedException">The encoder failed or made another number of frames; another attempt may succeed.</exception>
    public async Task<string> EncodeAsync(
        Workspace workspace, FilmFormat format, int frames, Action<int, Span<byte>> draw, CancellationToken cancellationToken,
        IReadOnlyList<FilmCaption>? captions = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        var directory = workspace.NewDirectory();
        var filter = await WriteCaptionsAsync(directory, format, captions, cancellationToken);
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "ffmpeg",
                Arguments =
                [
                    .. Ffmpeg.Quiet, "-protocol_whitelist", "pipe", "-format_whitelist", "rawvideo",
                    "-f", "rawvideo", "-pix_fmt", "yuv420p",
                    "-s", $"{format.Width}x{format.Height}", "-r", $"{format.FramesPerSecond}", "-i", "pipe:0",
                    .. filter is null ? [] : (string[])["-vf", filter], .. Encoder, "-f", "mp4", "segment.mp4",
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

    /// <summary>
    /// Makes a segment of the video of a provider: cut to the shape of the frame, at the speed of the format. If it is too short, its last
    /// frame is held.
    /// </summary>
    /// <param name="video">MP4 file.</param>
    /// <param name="captions">Texts that are drawn into the frames.</param>
    /// <exception cref="MediaException">The file is not an MP4, or is damaged.</exception>
    public async Task<string> AdoptAsync(
        Workspace workspace, string video, FilmFormat format, int frames, CancellationToken cancellationToken,
        IReadOnlyList<FilmCaption>? captions = null)
    {
        var sniffed = MediaSniffer.SniffFile(video);
        if (sniffed.Type != MediaType.Mp4)
            throw new UnsupportedMediaException($"The video provider sent {sniffed.Description} instead of an MP4.");

        var directory = workspace.NewDirectory();
        var filter = $"fps={format.FramesPerSecond},scale={format.Width}:{format.Height}:force_original_aspect_ratio=increase,"
            + $"crop={format.Width}:{format.Height},setsar=1,tpad=stop_mode=clone:stop=-1";
        if (await WriteCaptionsAsync(directory, format, captions, cancellationToken) is { } drawn)
            filter = $"{filter},{drawn}";
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "ffmpeg",
                Arguments =
                [
                    .. Ffmpeg.Quiet, .. Ffmpeg.Input(MediaType.Mp4), "-i", Ffmpeg.File, "-map", "0:v:0", "-vf", filter,
                    "-frames:v", $"{frames}", "-an", .. Encoder, "-f", "mp4", "segment.mp4",
                ],
                Directory = directory,
                Input = video,
                CpuSeconds = 120 + (frames / 2),
                WallSeconds = 600 + frames,
                Subject = "video",
            },
            cancellationToken);
        return await CheckAsync(workspace, directory, frames, result, cancellationToken);
    }

    /// <summary>Writes the captions beside the encoder.</summary>
    /// <returns>The filter that draws them; null without captions.</returns>
    private static async Task<string?> WriteCaptionsAsync(
        string directory, FilmFormat format, IReadOnlyList<FilmCaption>? captions, CancellationToken cancellationToken)
    {
        if (captions is not { Count: > 0 })
            return null;
        await File.WriteAllTextAsync(Path.Combine(directory, AssDocument.FileName), AssDocument.Write(format, captions), cancellationToken);
        return $"ass={AssDocument.FileName}";
    }

    private async Task<string> CheckAsync(
        Workspace workspace, string directory, int frames, ToolResult result, CancellationToken cancellationToken)
    {
        var segment = Path.Combine(directory, "segment.mp4");
        var made = result.ExitCode == 0 && File.Exists(segment)
            ? (await FilmProbe.RunAsync(tools, workspace, segment, cancellationToken)).VideoFrames
            : 0;
        return made == frames
            ? segment
            : throw new ToolFailedException("ffmpeg", $"{made} frames of {frames} were encoded; {result.Detail}");
    }
}
