using System.Globalization;
using System.Text.Json;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Video;

/// <summary>Describes a file by ffprobe.</summary>
internal static class Ffprobe
{
    public static async Task<Probed> RunAsync(
        ToolRunner tools, Workspace workspace, string input, MediaType type, CancellationToken cancellationToken)
    {
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "ffprobe",
                Arguments =
                [
                    "-hide_banner", "-v", "error", .. Ffmpeg.Input(type), "-show_format", "-show_streams", "-of", "json", Ffmpeg.File,
                ],
                Directory = workspace.NewDirectory(),
                Input = input,
                Subject = type.Title,
            },
            cancellationToken);
        if (result.ExitCode != 0)
            throw Ffmpeg.Failure(type, result);

        using var json = JsonDocument.Parse(result.Stdout);
        var streams = json.RootElement.TryGetProperty("streams", out var list) ? list.EnumerateArray().ToList() : [];
        var pictures = streams
            .Where(stream => Text(stream, "codec_type") == "video")
            .ToLookup(stream => stream.GetProperty("disposition").GetProperty("attached_pic").GetInt32() == 1);
        var seconds = json.RootElement.TryGetProperty("format", out var format) ? Number(format, "duration") : 0;
        return new Probed(
            seconds,
            pictures[false].Select(Video).FirstOrDefault(video => video.Width > 0 && video.Height > 0),
            streams.Where(stream => Text(stream, "codec_type") == "audio").Select(Audio).FirstOrDefault(),
            pictures[true].Select(stream => (int?)stream.GetProperty("index").GetInt32()).FirstOrDefault());
    }

    private static ProbedVideo Video(JsonElement stream)
    {
        var turn = stream.TryGetProperty("side_data_list", out var sides)
            ? sides.EnumerateArray()
                .Where(side => side.TryGetProperty("rotation", out _))
                .Select(side => Number(side, "rotation"))
                .FirstOrDefault()
            : 0;
        var (frames, per) = Ratio(Text(stream, "avg_frame_rate"), '/');
        return ProbedVideo.Create(
            stream.GetProperty("index").GetInt32(),
            Text(stream, "codec_name"),
            ((int)Number(stream, "width"), (int)Number(stream, "height")),
            Ratio(Text(stream, "sample_aspect_ratio"), ':'),
            turn,
            per > 0 ? frames / per : 0,
            Text(stream, "color_transfer") is "smpte2084" or "arib-std-b67");
    }

    private static ProbedAudio Audio(JsonElement stream) => new(
        stream.GetProperty("index").GetInt32(),
        Text(stream, "codec_name"),
        (int)Number(stream, "sample_rate"),
        (int)Number(stream, "channels"));

    private static (double First, double Second) Ratio(string text, char separator) =>
        text.Split(separator) is [var first, var second] && TryNumber(first, out var one) && TryNumber(second, out var other)
            ? (one, other)
            : (0, 0);

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>Reads a number, which ffprobe may write as a string; 0 if it is missing.</summary>
    private static double Number(JsonElement element, string name) =>
        !element.TryGetProperty(name, out var value) ? 0
        : value.ValueKind == JsonValueKind.Number ? value.GetDouble()
        : TryNumber(value.GetString() ?? "", out var number) ? number : 0;

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
