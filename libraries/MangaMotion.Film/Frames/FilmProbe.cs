using System.Globalization;
using System.Text.Json;
using MangaMotion.Media;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Video;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Film.Frames;

/// <summary>Streams of a video that this library made, as ffprobe reports them.</summary>
/// <param name="AudioSeconds">Length of the sound in seconds; 0 without sound.</param>
internal sealed record FilmProbe(int VideoFrames, double VideoSeconds, double AudioSeconds)
{
    public static async Task<FilmProbe> RunAsync(ToolRunner tools, Workspace workspace, string video, CancellationToken cancellationToken)
    {
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "ffprobe",
                Arguments =
                [
                    "-hide_banner", "-v", "error", .. Ffmpeg.Input(MediaType.Mp4),
                    "-show_entries", "stream=codec_type,nb_frames,duration", "-of", "json", Ffmpeg.File,
                ],
                Directory = workspace.NewDirectory(),
                Input = video,
                Subject = "video",
            },
            cancellationToken);
        if (result.ExitCode != 0)
            throw new ToolFailedException("ffprobe", result.Detail);

        using var json = JsonDocument.Parse(result.Stdout);
        var streams = json.RootElement.GetProperty("streams").EnumerateArray()
            .ToLookup(stream => stream.GetProperty("codec_type").GetString());
        return new FilmProbe((int)ReadValue("video", "nb_frames"), ReadValue("video", "duration"), ReadValue("audio", "duration"));

        double ReadValue(string type, string name) => streams[type]
            .Select(stream =>
                stream.TryGetProperty(name, out var value) ? double.Parse(value.GetString()!, CultureInfo.InvariantCulture) : 0)
            .FirstOrDefault();
    }
}
