using System.Globalization;
using System.Text;
using System.Text.Json;
using MangaMotion.Film.Frames;
using MangaMotion.Media;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Video;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Film.Composition;

/// <summary>What a video is put together from.</summary>
public sealed record FilmParts
{
    public required FilmFormat Format { get; init; }

    /// <summary>Files of <see cref="FrameEncoder"/>, in their order, in the workspace.</summary>
    public required IReadOnlyList<string> Segments { get; init; }

    /// <summary>Frames of all segments together.</summary>
    public required int Frames { get; init; }

    /// <summary>They do not overlap.</summary>
    public required IReadOnlyList<SpeechClip> Speeches { get; init; }

    /// <summary>Whether music of our own plays under the speech.</summary>
    public bool Music { get; init; }

    /// <summary>WebVTT; null for none.</summary>
    public string? Subtitles { get; init; }

    /// <summary>Draws the subtitles into the picture as well, for which the whole video is encoded again.</summary>
    public bool BurnSubtitles { get; init; }

    /// <summary>In their order, without gaps.</summary>
    public IReadOnlyList<FilmChapter> Chapters { get; init; } = [];

    public string Title { get; init; } = "";

    /// <summary>Of speech and subtitles: <c>en</c>, <c>ja</c>.</summary>
    public string Language { get; init; } = "en";

    /// <summary>Seconds into the video at which the poster is taken.</summary>
    public double PosterAt { get; init; }

    public double Seconds => (double)Frames / Format.FramesPerSecond;
}

/// <param name="Start">Seconds into the video.</param>
/// <param name="End">Seconds into the video.</param>
public sealed record FilmChapter(string Title, double Start, double End);

/// <summary>Files in the workspace: the MP4 and its poster, a JPEG.</summary>
public sealed record ComposedFilm(string Video, string Poster, double Seconds);

/// <summary>Joins segments without encoding them again, and lays sound, subtitles and chapters beside them.</summary>
public sealed class FilmComposer(ToolRunner tools)
{
    /// <summary>Part of what a video's key is made from.</summary>
    public const int Version = 1;

    /// <summary>ffmpeg's loudnorm leaves some tenths of a dB to the AAC encoder, so that the true peak stays under −1.5.</summary>
    private const string Loudness = "loudnorm=I=-16:TP=-2:LRA=11";

    /// <summary>ffmpeg 5.1 wants it said at the start of the chain.</summary>
    private const string Stereo = "aformat=sample_rates=48000:channel_layouts=stereo";

    /// <summary>More than a second of sound, subtitles and index takes.</summary>
    private const long BytesBesidePicture = 60_000;

    /// <summary>How much larger the picture may become where it is encoded again.</summary>
    private const int BurntGrowth = 4;

    private static readonly string[] RawSound = ["-f", "s16le", "-ar", $"{Speech.Sound.FilmRate}", "-ac", "1", "-i", "pipe:0"];

    /// <param name="progress">0 to 1.</param>
    /// <exception cref="ToolFailedException">ffmpeg failed or made something else; trying again may help.</exception>
    public async Task<ComposedFilm> ComposeAsync(Workspace workspace, FilmParts parts, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var sound = new SoundTrack(parts.Speeches, parts.Music, parts.Seconds);
        var filter = await SoundFilterAsync(workspace, parts, sound, cancellationToken);
        progress.Report(0.3);
        var video = await MuxAsync(workspace, parts, sound, filter, cancellationToken);
        progress.Report(0.9);
        var poster = await PosterAsync(workspace, video, parts, cancellationToken);
        progress.Report(1);
        return new ComposedFilm(video, poster, parts.Seconds);
    }

    /// <summary>The first of the two passes: measures the sound, so that the second only has to turn it up or down.</summary>
    private async Task<string> SoundFilterAsync(Workspace workspace, FilmParts parts, SoundTrack sound, CancellationToken cancellationToken)
    {
        var length = string.Create(CultureInfo.InvariantCulture, $"apad=whole_dur={parts.Seconds:F6},atrim=end={parts.Seconds:F6}");
        if (sound.IsSilent)
            return $"{Stereo},{length}";

        var result = await tools.RunAsync(
            Run(workspace.NewDirectory(), parts, sound) with
            {
                Arguments = ["-nostdin", "-hide_banner", "-nostats", "-v", "info", "-protocol_whitelist", "pipe", .. RawSound, "-af", $"{Stereo},{Loudness}:print_format=json", "-f", "null", "-"],
            },
            cancellationToken);
        if (result.ExitCode != 0 || result.Stderr.LastIndexOf('{') is not (>= 0 and var from) || result.Stderr.LastIndexOf('}') is not (var to and >= 0) || to < from)
            throw new ToolFailedException("ffmpeg", $"it did not measure the sound; {result.Detail}");

        using var measured = JsonDocument.Parse(result.Stderr.AsMemory(from, to + 1 - from));
        string Of(string name) => measured.RootElement.GetProperty(name).GetString()!;
        if (!double.TryParse(Of("input_i"), CultureInfo.InvariantCulture, out var loudness) || !double.IsFinite(loudness) || loudness < -69)
            return $"{Stereo},{length}"; // nothing to be heard
        return $"{Stereo},{Loudness}:measured_I={Of("input_i")}:measured_TP={Of("input_tp")}:measured_LRA={Of("input_lra")}:measured_thresh={Of("input_thresh")}"
            + $":offset={Of("target_offset")}:linear=true,aresample=48000,{length}";
    }

    private async Task<string> MuxAsync(Workspace workspace, FilmParts parts, SoundTrack sound, string filter, CancellationToken cancellationToken)
    {
        var directory = workspace.NewDirectory();
        await File.WriteAllLinesAsync(
            Path.Combine(directory, "segments.txt"),
            ["ffconcat version 1.0", .. parts.Segments.Select(segment => $"file '{segment.Replace("'", "'\\''", StringComparison.Ordinal)}'")], cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(directory, "chapters.txt"), Metadata(parts), cancellationToken);
        if (parts.Subtitles is { } subtitles)
            await File.WriteAllTextAsync(Path.Combine(directory, "subtitles.vtt"), subtitles, cancellationToken);

        string[] subtitleInput = parts.Subtitles is null ? [] : ["-f", "webvtt", "-i", "file:subtitles.vtt"];
        string[] subtitleOutput = parts.Subtitles is null ? [] : ["-map", "3:s", "-c:s", "mov_text", "-metadata:s:s:0", $"language={Iso639(parts.Language)}", "-disposition:s:0", "default"];
        string[] picture = parts is { BurnSubtitles: true, Subtitles: not null }
            ? ["-vf", "subtitles=subtitles.vtt:force_style='FontSize=18,Outline=1.5,Shadow=0,MarginV=24'", .. FrameEncoder.Encoder]
            : ["-c:v", "copy"];
        var segments = parts.Segments.Sum(segment => new FileInfo(segment).Length);
        var result = await tools.RunAsync(
            Run(directory, parts, sound) with
            {
                // A chapter of any length is let through; the limit for what is made of somebody's file held for each segment.
                FileBytes = (segments * (parts.BurnSubtitles ? BurntGrowth : 1)) + (BytesBesidePicture * (10 + (long)parts.Seconds)),
                Arguments =
                [
                    .. Ffmpeg.Quiet, "-protocol_whitelist", "file", "-format_whitelist", "concat,mov", "-f", "concat", "-safe", "0", "-i", "file:segments.txt",
                    "-protocol_whitelist", "pipe", .. RawSound, "-f", "ffmetadata", "-i", "file:chapters.txt", .. subtitleInput,
                    "-map", "0:v", "-map", "1:a", .. subtitleOutput, "-map_metadata", "2", "-map_chapters", "2",
                    .. picture, "-video_track_timescale", "30000", "-af", filter, "-c:a", "aac", "-b:a", "160k", "-ar", "48000",
                    "-metadata:s:a:0", $"language={Iso639(parts.Language)}", "-movflags", "+faststart", "-f", "mp4", "video.mp4",
                ],
                ReadOnlyPaths = [workspace.Location],
            },
            cancellationToken);

        var video = Path.Combine(directory, "video.mp4");
        if (result.ExitCode != 0 || !File.Exists(video))
            throw new ToolFailedException("ffmpeg", result.Detail);
        var probed = await FilmProbe.RunAsync(tools, workspace, video, cancellationToken);
        return probed.VideoFrames == parts.Frames && Math.Abs(probed.AudioSeconds - parts.Seconds) < 0.1
            ? video
            : throw new ToolFailedException("ffmpeg", $"{parts.Frames} frames and {parts.Seconds} s of sound were put together, but the video is {probed}; {result.Detail}");
    }

    private async Task<string> PosterAsync(Workspace workspace, string video, FilmParts parts, CancellationToken cancellationToken)
    {
        var directory = workspace.NewDirectory();
        var at = Math.Clamp(parts.PosterAt, 0, Math.Max(0, parts.Seconds - (2.0 / parts.Format.FramesPerSecond)));
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "ffmpeg",
                Arguments =
                [
                    .. Ffmpeg.Quiet, .. Ffmpeg.Input(MediaType.Mp4), .. Ffmpeg.OneThread, "-ss", at.ToString("F3", CultureInfo.InvariantCulture), "-i", Ffmpeg.File,
                    "-frames:v", "1", "-q:v", "2", "-f", "image2", "-update", "1", "poster.jpg",
                ],
                Directory = directory,
                Input = video,
                Subject = "video",
            },
            cancellationToken);
        var poster = Path.Combine(directory, "poster.jpg");
        return result.ExitCode == 0 && File.Exists(poster) ? poster : throw new ToolFailedException("ffmpeg", $"no poster was made; {result.Detail}");
    }

    private static ToolRun Run(string directory, FilmParts parts, SoundTrack sound) => new()
    {
        Tool = "ffmpeg",
        Arguments = [],
        Directory = directory,
        WriteStdin = sound.WriteAsync,
        CpuSeconds = 120 + (int)(parts.Seconds * (parts.BurnSubtitles ? 10 : 1)),
        WallSeconds = 600 + (int)(parts.Seconds * (parts.BurnSubtitles ? 20 : 3)),
        Subject = "video",
    };

    /// <summary>ffmpeg's metadata file: title and chapters. Names are somebody's, so every special sign is escaped and a line stays a line.</summary>
    private static string Metadata(FilmParts parts)
    {
        var text = new StringBuilder(";FFMETADATA1\n").Append(CultureInfo.InvariantCulture, $"title={Escape(parts.Title)}\n");
        foreach (var chapter in parts.Chapters)
            text.Append(CultureInfo.InvariantCulture, $"[CHAPTER]\nTIMEBASE=1/1000\nSTART={chapter.Start * 1000:F0}\nEND={chapter.End * 1000:F0}\ntitle={Escape(chapter.Title)}\n");
        return text.ToString();
    }

    private static string Escape(string value)
    {
        var text = new StringBuilder();
        foreach (var sign in value)
        {
            if (sign is '=' or ';' or '#' or '\\')
                text.Append('\\');
            text.Append(char.IsControl(sign) ? ' ' : sign);
        }

        return text.ToString();
    }

    private static string Iso639(string language) => language switch { "en" => "eng", "ja" => "jpn", _ => "und" };
}
