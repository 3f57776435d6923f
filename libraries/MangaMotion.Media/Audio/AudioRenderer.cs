using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using MangaMotion.Media.Hosts;
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

/// <summary>What the decoding of a sound gave.</summary>
/// <param name="Cover">Path of the attached picture, of whatever type; null for none.</param>
internal sealed record DecodedSound(Probed Probed, PeakMeter Meter, string? Cover);

/// <summary>Waveform, peaks and cover of a sound file: one decoding by FFmpeg, drawn here.</summary>
public sealed class AudioRenderer(Libav libav, ToolRunner tools, IImageRenderer images, IOptions<MediaOptions> options)
{
    private readonly MediaLimits _limits = options.Value.Limits;

    /// <summary>Decodes the sound once and makes all files of it.</summary>
    /// <param name="input">A file in the workspace; it stays.</param>
    /// <returns>Null if the file holds pictures only.</returns>
    /// <exception cref="MediaException">The file is refused (nothing in it, too long, broken), or a tool failed.</exception>
    public async Task<RenderedAudio?> RenderAsync(Workspace workspace, string input, MediaType type, AudioRequest request, CancellationToken cancellationToken)
    {
        request.Validate();
        var job = new SoundJob { Type = type.Name, Format = Ffmpeg.Format(type), MaxSeconds = _limits.Seconds };
        var sound = await libav.AskAsync(
            input,
            type,
            job,
            (answer, output) => Take(workspace, answer, output),
            () => new FfmpegSound(tools, _limits).DecodeAsync(workspace, input, type, cancellationToken),
            cancellationToken);
        if (sound.Probed is { Audio: null, Video: not null })
            return null;

        var (meter, declared) = (sound.Meter, sound.Probed.Seconds);
        if (meter.Seconds > _limits.Seconds)
        {
            var told = declared > _limits.Seconds ? $" It says that it has {declared:N0} s." : "";
            throw new MediaLimitException("seconds", _limits.Seconds, null, $"The sound is longer than the {_limits.Seconds:N0} s that are allowed.{told}");
        }

        var audio = sound.Probed.Audio ?? throw new UnsupportedMediaException($"The {type.Title} holds no sound.");
        List<MediaFile> files =
        [
            await WaveformAsync(workspace, meter, request, cancellationToken),
            await PeaksAsync(workspace, meter, cancellationToken),
        ];
        if (sound.Cover is { } picture && await CoverAsync(workspace, picture, request, cancellationToken) is { } cover)
            files.Add(cover);
        return new RenderedAudio(Math.Round(meter.Seconds, 3), audio.Codec, audio.SampleRate, audio.Channels, files);
    }

    private DecodedSound Take(Workspace workspace, SoundAnswer answer, HostOutput output)
    {
        // A child stops at the first frame beyond the limit, which is no minute long.
        var meter = output.TakeFile(workspace, SoundJob.PeaksFile, most: (_limits.Seconds + 60L) * PeakMeter.BytesPerSecond) is { } peaks
            ? PeakMeter.Load(File.ReadAllBytes(peaks), answer.SampleRate, answer.Samples)
            : new PeakMeter();
        return new DecodedSound(answer.Probed, meter, output.TakeFile(workspace, SoundJob.CoverFile));
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
            sample_rate = meter.SampleRate,
            samples_per_pixel = perPixel,
            bits = 8,
            length = data.Length / 2,
            data = data.Select(value => (int)value),
        });
        await File.WriteAllBytesAsync(path, json, cancellationToken);
        return new MediaFile("peaks", path, "application/json", 0, 0, json.Length);
    }

    private async Task<MediaFile?> CoverAsync(Workspace workspace, string cover, AudioRequest request, CancellationToken cancellationToken)
    {
        try
        {
            if (MediaSniffer.SniffFile(cover).Type is not { Kind: MediaKind.Image } picture)
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
