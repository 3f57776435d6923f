using MangaMotion.Media.Processes;
using MangaMotion.Media.Video;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Audio;

/// <summary>Decodes a sound by the program <c>ffmpeg</c>, if the media hosts cannot use FFmpeg's libraries.</summary>
internal sealed class FfmpegAudioDecoder(ToolRunner tools, MediaLimits limits)
{
    /// <summary>Measures all channels of the first sound stream, up to one second more than the limit.</summary>
    public async Task<DecodedSound> DecodeAsync(
        Workspace workspace, string input, MediaType type, CancellationToken cancellationToken)
    {
        var meter = new PeakMeter();
        var probed = await Ffprobe.RunAsync(tools, workspace, input, type, cancellationToken);
        if (probed.Audio is not { } audio)
            return new DecodedSound(probed, meter, Cover: null);

        var channels = Math.Max(1, audio.Channels);
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "ffmpeg",
                Arguments =
                [
                    .. Ffmpeg.Quiet, .. Ffmpeg.Input(type), .. Ffmpeg.OneThread, "-vn", "-sn", "-dn", "-i", Ffmpeg.File, "-map", "0:a:0",
                    "-ac", $"{channels}", "-ar", $"{meter.SampleRate}", "-c:a", "pcm_s16le", "-f", "s16le",
                    "-t", $"{limits.Seconds + 1}", "-flush_packets", "0", "pipe:1",
                ],
                Directory = workspace.NewDirectory(),
                Input = input,
                Subject = type.Title,
                ReadStdout = (samples, token) => meter.ReadAsync(samples, channels, token),
            },
            cancellationToken);
        if (meter.Seconds <= limits.Seconds && (result.ExitCode != 0 || meter.Samples == 0))
            throw Ffmpeg.Failure(type, result);
        var coverPath = probed.Cover is { } cover ? await CoverAsync(workspace, input, type, cover, cancellationToken) : null;
        return new DecodedSound(probed, meter, coverPath);
    }

    private async Task<string?> CoverAsync(
        Workspace workspace, string input, MediaType type, int stream, CancellationToken cancellationToken)
    {
        var directory = workspace.NewDirectory();
        try
        {
            await tools.RunAsync(
                new ToolRun
                {
                    Tool = "ffmpeg",
                    Arguments =
                    [
                        .. Ffmpeg.Quiet, .. Ffmpeg.Input(type), "-i", Ffmpeg.File, "-map", $"0:{stream}", "-c", "copy",
                        "-frames:v", "1", "-f", "image2", "-update", "1", "cover",
                    ],
                    Directory = directory,
                    Input = input,
                    Subject = type.Title,
                },
                cancellationToken);
            var cover = Path.Combine(directory, "cover");
            return File.Exists(cover) ? cover : null;
        }
        catch (MediaException failure) when (failure.Permanent)
        {
            return null; // a damaged cover is not a reason to refuse the sound
        }
    }
}
