using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using MangaMotion.Media.Images;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Sniffing;
using MangaMotion.Media.Video;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Audio;

/// <summary>What to make of one sound file.</summary>
/// <param name="Width">Of the waveform in pixels, 64–4096.</param>
/// <param name="Height">Of the waveform in pixels, 32–1024.</param>
/// <param name="CoverSize">Longest side in pixels of the cover, where the file has one.</param>
public sealed record AudioRequest(int Width = 1280, int Height = 240, int CoverSize = 640)
{
    /// <exception cref="ValidationException">A value is out of its range.</exception>
    public void Validate()
    {
        if (Width is < 64 or > 4096 || Height is < 32 or > 1024)
            throw new ValidationException($"A waveform is 64 to 4096 pixels wide and 32 to 1024 high, not {Width} x {Height}.");
    }
}

/// <summary>What a sound file is and what was made of it.</summary>
/// <param name="Seconds">As decoded, whatever the file declares.</param>
/// <param name="Files"><c>waveform</c> (PNG), <c>peaks</c> (JSON) and, where the file has one, <c>cover</c> (JPEG).</param>
public sealed record RenderedAudio(double Seconds, string Codec, int SampleRate, int Channels, IReadOnlyList<MediaFile> Files);

/// <summary>Waveform, peaks and cover of a sound file: one decoding by ffmpeg, measured and drawn here.</summary>
public sealed class AudioRenderer(ToolRunner tools, IImageRenderer images, IOptions<MediaOptions> options)
{
    private readonly MediaLimits _limits = options.Value.Limits;

    /// <summary>Decodes the sound once and makes all files of it.</summary>
    /// <param name="input">A file in the workspace; it stays.</param>
    /// <exception cref="MediaException">The file is refused (no sound, too long, broken), or a tool failed.</exception>
    public async Task<RenderedAudio> RenderAsync(Workspace workspace, string input, MediaType type, AudioRequest request, CancellationToken cancellationToken)
    {
        request.Validate();
        var meter = new PeakMeter();
        var decoded = await DecodeAsync(workspace, input, type, meter, cancellationToken);
        var probed = FfmpegReport.Parse(decoded.Stderr) ?? await MediaProbe.RunAsync(tools, workspace, input, type, cancellationToken);
        var audio = probed.Audio ?? throw new UnsupportedMediaException($"The {type.Title} holds no sound.");
        if (decoded.ExitCode != 0 || meter.Samples == 0)
            throw Ffmpeg.Broken(type, decoded);

        List<MediaFile> files =
        [
            await WaveformAsync(workspace, meter, request, cancellationToken),
            await PeaksAsync(workspace, meter, cancellationToken),
        ];
        if (probed.Cover is { } cover && await CoverAsync(workspace, input, type, cover, request, cancellationToken) is { } file)
            files.Add(file);
        return new RenderedAudio(Math.Round(meter.Seconds, 3), audio.Codec, audio.SampleRate, audio.Channels, files);
    }

    /// <summary>The first sound of the file into the meter, with ffmpeg's report on stderr.</summary>
    private async Task<ToolResult> DecodeAsync(Workspace workspace, string input, MediaType type, PeakMeter meter, CancellationToken cancellationToken)
    {
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "ffmpeg",
                Arguments =
                [
                    .. FfmpegReport.Arguments, .. Ffmpeg.Input(type), .. Ffmpeg.OneThread, "-vn", "-sn", "-dn", "-i", Ffmpeg.File, "-map", "0:a:0",
                    "-ac", "1", "-ar", $"{PeakMeter.SampleRate}", "-c:a", "pcm_s16le", "-f", "s16le", "-t", $"{_limits.Seconds + 1}", "-flush_packets", "0", "pipe:1",
                ],
                Directory = workspace.NewDirectory(),
                Input = input,
                Subject = type.Title,
                ReadStdout = meter.ReadAsync,
            },
            cancellationToken);
        if (meter.Seconds <= _limits.Seconds)
            return result;

        var declared = FfmpegReport.Parse(result.Stderr) is { } report && report.Seconds > _limits.Seconds ? $" It says that it has {report.Seconds:N0} s." : "";
        throw new MediaLimitException("seconds", _limits.Seconds, null, $"The sound is longer than the {_limits.Seconds:N0} s that are allowed.{declared}");
    }

    private static async Task<MediaFile> WaveformAsync(Workspace workspace, PeakMeter meter, AudioRequest request, CancellationToken cancellationToken)
    {
        var path = workspace.NewPath("png");
        await File.WriteAllBytesAsync(path, Waveform.Draw(meter, request.Width, request.Height), cancellationToken);
        return new MediaFile("waveform", path, "image/png", request.Width, request.Height, new FileInfo(path).Length);
    }

    /// <summary>The JSON of BBC's audiowaveform, which players such as Peaks.js and wavesurfer read: lowest and highest by turns, 8 bits.</summary>
    private static async Task<MediaFile> PeaksAsync(Workspace workspace, PeakMeter meter, CancellationToken cancellationToken)
    {
        var path = workspace.NewPath("json");
        var (perPixel, data) = meter.Reduce(mostPairs: 4_000);
        var json = JsonSerializer.SerializeToUtf8Bytes(new
        {
            version = 2,
            channels = 1,
            sample_rate = PeakMeter.SampleRate,
            samples_per_pixel = perPixel,
            bits = 8,
            length = data.Length / 2,
            data = data.Select(value => (int)value),
        });
        await File.WriteAllBytesAsync(path, json, cancellationToken);
        return new MediaFile("peaks", path, "application/json", 0, 0, json.Length);
    }

    private async Task<MediaFile?> CoverAsync(Workspace workspace, string input, MediaType type, int stream, AudioRequest request, CancellationToken cancellationToken)
    {
        var directory = workspace.NewDirectory();
        try
        {
            await tools.RunAsync(
                new ToolRun
                {
                    Tool = "ffmpeg",
                    Arguments = [.. Ffmpeg.Quiet, .. Ffmpeg.Input(type), "-i", Ffmpeg.File, "-map", $"0:{stream}", "-c", "copy", "-frames:v", "1", "-f", "image2", "-update", "1", "cover"],
                    Directory = directory,
                    Input = input,
                    Subject = type.Title,
                },
                cancellationToken);
            var cover = Path.Combine(directory, "cover");
            if (!File.Exists(cover) || MediaSniffer.SniffFile(cover).Type is not { Kind: MediaKind.Image } picture)
                return null;

            var wanted = new ImageRequest { Variants = [new ImageVariant("cover", request.CoverSize)], AnimationSize = null };
            return (await images.RenderAsync(workspace, cover, picture, wanted, cancellationToken)).Files[0];
        }
        catch (MediaException failure) when (failure.Permanent)
        {
            return null; // a broken cover is no reason to refuse the sound
        }
    }
}
