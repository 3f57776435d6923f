using System.Globalization;
using System.Text;
using MangaMotion.Film.Frames;
using MangaMotion.Media;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Video;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Film.Composition;

/// <summary>
/// Joins segments by copying their streams, and adds sound, subtitles and chapters. Everything that is seen is in the segments, so an
/// edit never encodes the picture of a segment that it did not change.
/// </summary>
public sealed class FilmComposer(ToolRunner tools)
{
    /// <summary>Copies the mix to both channels. <c>aformat</c> would lower it by 3 dB.</summary>
    private const string Stereo = "pan=stereo|c0=c0|c1=c0";

    /// <summary>Sound of a quiet room: pink noise without rumble and hiss, at −42 LUFS. That is 26 LU below the speech.</summary>
    private const string Ambience = $"anoisesrc=color=pink:seed=1:sample_rate=48000,highpass=f=60,lowpass=f=500,volume=-22.9dB,{Stereo}";

    /// <summary>Seconds in which the ambience fades in, and out.</summary>
    private const double AmbienceFade = 1.5;

    /// <summary>Bytes of sound, subtitles and index of one second; more than they ever take.</summary>
    private const long BytesBesidePicture = 60_000;

    /// <summary>
    /// ffmpeg's documentation calls the fast coder better and much faster at high bit rates. It took 0.6 CPU-s for 81 s, the default 1.7.
    /// </summary>
    private static readonly string[] Aac = ["-c:a", "aac", "-aac_coder", "fast", "-b:a", "160k", "-ar", "48000"];

    private static readonly string[] RawSound = ["-f", "s16le", "-ar", $"{Speech.Sound.FilmRate}", "-ac", "1", "-i", "pipe:0"];

    /// <param name="progress">Reports 0 to 1.</param>
    /// <exception cref="ToolFailedException">ffmpeg failed or made another video; another attempt may succeed.</exception>
    public async Task<ComposedFilm> ComposeAsync(
        Workspace workspace, FilmParts parts, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var sound = new SoundTrack(parts.Speeches, parts.Music, parts.Seconds);
        var filter = await CreateSoundFilterAsync(workspace, parts, sound, cancellationToken);
        progress.Report(0.3);
        var video = await MuxAsync(workspace, parts, sound, filter, cancellationToken);
        progress.Report(0.9);
        var poster = await TakePosterAsync(workspace, video, parts, cancellationToken);
        var faults = await FilmCheck.FindFaultsAsync(tools, workspace, video, parts.Seconds, cancellationToken);
        progress.Report(1);
        return new ComposedFilm(video, poster, parts.Seconds) { Faults = [.. faults, .. sound.DescribeFaults()] };
    }

    /// <summary>Creates the filter that brings the sound to the loudness and length of the video, and adds the ambience.</summary>
    private async Task<string> CreateSoundFilterAsync(
        Workspace workspace, FilmParts parts, SoundTrack sound, CancellationToken cancellationToken)
    {
        var length = string.Create(CultureInfo.InvariantCulture, $"apad=whole_dur={parts.Seconds:F6},atrim=end={parts.Seconds:F6}");
        var loudness = sound.IsSilent ? null : await MeasureAsync(workspace, parts, sound, cancellationToken);
        var mixed = loudness?.CreateFilter() is { } filter ? $"{filter},{Stereo},{length}" : $"{Stereo},{length}";
        if (!parts.Ambience)
            return mixed;
        // Added after the loudness, so that the ambience is equally quiet in every video.
        var fades = string.Create(
            CultureInfo.InvariantCulture,
            $"afade=t=in:d={AmbienceFade},afade=t=out:st={Math.Max(0, parts.Seconds - AmbienceFade):F6}:d={AmbienceFade}");
        return $"{mixed}[mixed];{Ambience},{length},{fades}[ambience];[mixed][ambience]amix=normalize=0";
    }

    private async Task<Loudness> MeasureAsync(
        Workspace workspace, FilmParts parts, SoundTrack sound, CancellationToken cancellationToken)
    {
        var result = await tools.RunAsync(
            CreateRun(workspace.NewDirectory(), parts, sound) with
            {
                Arguments =
                [
                    "-nostdin", "-hide_banner", "-nostats", "-v", "info", "-protocol_whitelist", "pipe", .. RawSound,
                    "-af", $"{Stereo},{Loudness.MeasuringFilter}", "-f", "null", "-",
                ],
            },
            cancellationToken);
        return result.ExitCode == 0 && Loudness.Parse(result.Stderr) is { } loudness
            ? loudness
            : throw new ToolFailedException("ffmpeg", $"it did not measure the sound; {result.Detail}");
    }

    private async Task<string> MuxAsync(
        Workspace workspace, FilmParts parts, SoundTrack sound, string filter, CancellationToken cancellationToken)
    {
        var directory = workspace.NewDirectory();
        var files = parts.Segments.Select(segment => $"file '{segment.Replace("'", "'\\''", StringComparison.Ordinal)}'");
        await File.WriteAllLinesAsync(Path.Combine(directory, "segments.txt"), files.Prepend("ffconcat version 1.0"), cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(directory, "chapters.txt"), WriteMetadata(parts), cancellationToken);
        if (parts.Subtitles is { } subtitles)
            await File.WriteAllTextAsync(Path.Combine(directory, "subtitles.vtt"), subtitles, cancellationToken);

        var language = $"language={GetIso639(parts.Language)}";
        string[] subtitleInput = parts.Subtitles is null ? [] : ["-f", "webvtt", "-i", "file:subtitles.vtt"];
        string[] subtitleOutput = parts.Subtitles is null
            ? []
            : ["-map", "3:s", "-c:s", "mov_text", "-metadata:s:s:0", language, "-disposition:s:0", "default"];
        var segments = parts.Segments.Sum(segment => new FileInfo(segment).Length);
        var result = await tools.RunAsync(
            CreateRun(directory, parts, sound) with
            {
                // The limit for the output of one file held for each segment. A chapter of any length is allowed.
                FileBytes = segments + (BytesBesidePicture * (10 + (long)parts.Seconds)),
                Arguments =
                [
                    .. Ffmpeg.Quiet, "-protocol_whitelist", "file", "-format_whitelist", "concat,mov",
                    "-f", "concat", "-safe", "0", "-i", "file:segments.txt",
                    "-protocol_whitelist", "pipe", .. RawSound, "-f", "ffmetadata", "-i", "file:chapters.txt", .. subtitleInput,
                    "-map", "0:v", "-map", "1:a", .. subtitleOutput, "-map_metadata", "2", "-map_chapters", "2",
                    "-c:v", "copy", "-video_track_timescale", "30000", "-af", filter, .. Aac,
                    "-metadata:s:a:0", language, "-movflags", "+faststart", "-f", "mp4", "video.mp4",
                ],
                ReadOnlyPaths = [workspace.Location],
            },
            cancellationToken);

        var video = Path.Combine(directory, "video.mp4");
        if (result.ExitCode != 0 || !File.Exists(video))
            throw new ToolFailedException("ffmpeg", result.Detail);
        var probed = await FilmProbe.RunAsync(tools, workspace, video, cancellationToken);
        if (probed.VideoFrames == parts.Frames && Math.Abs(probed.AudioSeconds - parts.Seconds) < 0.1)
            return video;
        throw new ToolFailedException(
            "ffmpeg", $"expected {parts.Frames} frames and {parts.Seconds} s of sound, but the video is {probed}; {result.Detail}");
    }

    private async Task<string> TakePosterAsync(Workspace workspace, string video, FilmParts parts, CancellationToken cancellationToken)
    {
        var directory = workspace.NewDirectory();
        var at = Math.Clamp(parts.PosterAt, 0, Math.Max(0, parts.Seconds - (2.0 / parts.Format.FramesPerSecond)));
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "ffmpeg",
                Arguments =
                [
                    .. Ffmpeg.Quiet, .. Ffmpeg.Input(MediaType.Mp4), .. Ffmpeg.OneThread,
                    "-ss", at.ToString("F3", CultureInfo.InvariantCulture), "-i", Ffmpeg.File,
                    "-frames:v", "1", "-q:v", "2", "-f", "image2", "-update", "1", "poster.jpg",
                ],
                Directory = directory,
                Input = video,
                Subject = "video",
            },
            cancellationToken);
        var poster = Path.Combine(directory, "poster.jpg");
        return result.ExitCode == 0 && File.Exists(poster)
            ? poster
            : throw new ToolFailedException("ffmpeg", $"no poster was made; {result.Detail}");
    }

    private static ToolRun CreateRun(string directory, FilmParts parts, SoundTrack sound) => new()
    {
        Tool = "ffmpeg",
        Arguments = [],
        Directory = directory,
        WriteStdin = sound.WriteAsync,
        CpuSeconds = 120 + (int)parts.Seconds,
        WallSeconds = 600 + (int)(parts.Seconds * 3),
        Subject = "video",
    };

    /// <summary>Writes ffmpeg's metadata file: title and chapters. Special characters are escaped and a line stays a line.</summary>
    private static string WriteMetadata(FilmParts parts)
    {
        var text = new StringBuilder(";FFMETADATA1\n").Append(CultureInfo.InvariantCulture, $"title={Escape(parts.Title)}\n");
        foreach (var chapter in parts.Chapters)
        {
            text.Append("[CHAPTER]\nTIMEBASE=1/1000\n")
                .Append(CultureInfo.InvariantCulture, $"START={chapter.Start * 1000:F0}\nEND={chapter.End * 1000:F0}\n")
                .Append(CultureInfo.InvariantCulture, $"title={Escape(chapter.Title)}\n");
        }

        return text.ToString();
    }

    private static string Escape(string value)
    {
        var text = new StringBuilder();
        foreach (var letter in value)
        {
            if (letter is '=' or ';' or '#' or '\\')
                text.Append('\\');
            text.Append(char.IsControl(letter) ? ' ' : letter);
        }

        // ffmpeg continues a line whose last character is a backslash, even if that is escaped, and would lose the next chapter.
        return value.EndsWith('\\') ? text.Append(' ').ToString() : text.ToString();
    }

    private static string GetIso639(string language) => language switch { "en" => "eng", "ja" => "jpn", _ => "und" };
}
