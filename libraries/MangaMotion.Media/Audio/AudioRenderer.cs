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

/// <summary>Files to make of one sound file.</summary>
/// <param name="Width">Width of the waveform in pixels, 64–4096.</param>
/// <param name="Height">Height of the waveform in pixels, 32–1024.</param>
/// <param name="CoverSize">Longest side of the cover in pixels, if the file has one.</param>
public sealed record AudioRequest(int Width = 1280, int Height = 240, int CoverSize = 640)
{
    /// <summary>Checks all values.</summary>
    /// <exception cref="ValidationException">A value is out of its range.</exception>
    public void Validate()
    {
        if (Width is < 64 or > 4096 || Height is < 32 or > 1024)
            throw new ValidationException($"A waveform is 64 to 4096 pixels wide and 32 to 1024 high, not {Width} x {Height}.");
    }
}

/// <summary>Result of rendering a sound file.</summary>
/// <param name="Seconds">Duration as decoded; the declared one is not used.</param>
/// <param name="Files"><c>waveform</c> (PNG), <c>peaks</c> (JSON) and, if the file has one, <c>cover</c> (JPEG).</param>
public sealed record RenderedAudio(double Seconds, string Codec, int SampleRate, int Channels, IReadOnlyList<MediaFile> Files);

/// <summary>Result of decoding a sound.</summary>
/// <param name="Cover">Path of the attached picture of any type; null for none.</param>
internal sealed record DecodedSound(Probed Probed, PeakMeter Meter, string? Cover);

/// <summary>Renders waveform, peaks and cover of a sound file, which FFmpeg decodes once.</summary>
public sealed class AudioRenderer(Libav libav, ToolRunner tools, IImageRenderer images, IOptions<MediaOptions> options)
{
    private readonly MediaLimits _limits = options.Value.Limits;

    /// <summary>Decodes the sound once and makes all files.</summary>
    /// <param name="input">File in the workspace. It is not changed.</param>
    /// <returns>Null if the file holds pictures only.</returns>
    /// <exception cref="MediaException">The file is refused (empty, too long, damaged), or a tool failed.</exception>
    public async Task<RenderedAudio?> RenderAsync(
        Workspace workspace, string input, MediaType type, AudioRequest request, CancellationToken cancellationToken)
    {
        request.Validate();
        var job = new SoundJob { Type = type.Name, Format = Ffmpeg.Format(type), MaxSeconds = _limits.Seconds };
        var sound = await libav.RunJobAsync(
            input,
            type,
            job,
            (answer, output) => Collect(workspace, answer, output),
            () => new FfmpegAudioDecoder(tools, _limits).DecodeAsync(workspace, input, type, cancellationToken),
            cancellationToken);
        if (sound.Probed is { Audio: null, Video: not null })
            return null;

        var (meter, declared) = (sound.Meter, sound.Probed.Seconds);
        if (meter.Seconds > _limits.Seconds)
        {
            var declaration = declared > _limits.Seconds ? $" The file declares {declared:N0} s." : "";
            throw new MediaLimitException(
                "seconds",
                _limits.Seconds,
                null,
                $"The sound is longer than the {_limits.Seconds:N0} s that are allowed.{declaration}");
        }

        var audio = sound.Probed.Audio ?? throw new UnsupportedMediaException($"The {type.Title} contains no sound.");
        // FFmpeg does not find the frames of AAC in a WAV, and decodes a fraction of the sound with exit code 0.
        if (type == MediaType.Wav && audio.Codec == "aac")
            throw new UnsupportedMediaException("The WAV is encoded with aac, which is not supported; export it as FLAC or MP3.");
        List<MediaFile> files =
        [
            await WaveformAsync(workspace, meter, request, cancellationToken),
            await PeaksAsync(workspace, meter, cancellationToken),
        ];
        if (sound.Cover is { } picture && await CoverAsync(workspace, picture, request, cancellationToken) is { } cover)
            files.Add(cover);
        return new RenderedAudio(Math.Round(meter.Seconds, 3), audio.Codec, audio.SampleRate, audio.Channels, files);
    }

    private DecodedSound Collect(Workspace workspace, SoundAnswer answer, HostOutput output)
    {
        // The media host stops at the first frame after the limit, and a frame is shorter than a minute.
        var maxBytes = (_limits.Seconds + 60L) * PeakMeter.BytesPerSecond;
        var meter = output.TakeFile(workspace, SoundJob.PeaksFile, maxBytes) is { } peaks
            ? PeakMeter.Load(File.ReadAllBytes(peaks), answer.SampleRate, answer.Samples)
            : new PeakMeter();
        return new DecodedSound(answer.Probed, meter, output.TakeFile(workspace, SoundJob.CoverFile));
    }

    private static async Task<MediaFile> WaveformAsync(
        Workspace workspace, PeakMeter meter, AudioRequest request, CancellationToken cancellationToken)
    {
        var path = workspace.NewPath("png");
        await File.WriteAllBytesAsync(path, Waveform.Draw(meter, request.Width, request.Height), cancellationToken);
        return new MediaFile("waveform", path, "image/png", request.Width, request.Height, new FileInfo(path).Length);
    }

    /// <summary>
    /// Writes the JSON of BBC's audiowaveform, which players such as Peaks.js and wavesurfer read: alternately the lowest and the highest
    /// value, 8 bits.
    /// </summary>
    private static async Task<MediaFile> PeaksAsync(Workspace workspace, PeakMeter meter, CancellationToken cancellationToken)
    {
        var path = workspace.NewPath("json");
        var (perPixel, data) = meter.Reduce(maxPairs: 4_000);
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
            return null; // a damaged cover is not a reason to refuse the sound
        }
    }
}
