using System.Globalization;
using System.Text.Json;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Video;

/// <summary>What a video or sound file says it holds. A file may lie.</summary>
/// <param name="Seconds">Declared; 0 where nothing is.</param>
/// <param name="Cover">Index of a picture that is attached, such as an album's cover.</param>
internal sealed record Probed(double Seconds, ProbedVideo? Video, ProbedAudio? Audio, int? Cover);

/// <param name="Width">Pixels of the picture as it is shown: turned, and with square pixels.</param>
/// <param name="Rotation">Degrees clockwise by which players turn it: 0, 90, 180 or 270.</param>
/// <param name="HighDynamicRange">PQ or HLG, which has to be mapped to what screens and JPEG show.</param>
internal sealed record ProbedVideo(int Index, string Codec, int Width, int Height, int Rotation, double FrameRate, bool HighDynamicRange, long CodedPixels)
{
    /// <param name="aspect">Width and height of one coded pixel; zeroes where it is not told.</param>
    /// <param name="turn">Degrees against the clock, in any number of turns.</param>
    public static ProbedVideo Of(
        int index, string codec, (int Width, int Height) coded, (double Across, double Down) aspect, double turn, double frameRate, bool highDynamicRange)
    {
        var (width, height) = coded;
        if (aspect is { Across: > 0, Down: > 0 })
            width = Math.Max(1, (int)Math.Round(width * (aspect.Across / aspect.Down)));
        var rotation = (int)((Math.Round(-turn / 90) * 90 % 360) + 360) % 360;
        return new ProbedVideo(
            index, codec, rotation % 180 == 0 ? width : height, rotation % 180 == 0 ? height : width, rotation, frameRate, highDynamicRange, (long)coded.Width * coded.Height);
    }
}

internal sealed record ProbedAudio(int Index, string Codec, int SampleRate, int Channels);

/// <summary>Asks ffprobe what a file holds.</summary>
internal static class MediaProbe
{
    public static async Task<Probed> RunAsync(ToolRunner tools, Workspace workspace, string input, MediaType type, CancellationToken cancellationToken)
    {
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "ffprobe",
                Arguments = ["-hide_banner", "-v", "error", .. Ffmpeg.Input(type), "-show_format", "-show_streams", "-of", "json", Ffmpeg.File],
                Directory = workspace.NewDirectory(),
                Input = input,
                Subject = type.Title,
            },
            cancellationToken);
        if (result.ExitCode != 0)
            throw Ffmpeg.Broken(type, result);

        using var json = JsonDocument.Parse(result.Stdout);
        var streams = json.RootElement.TryGetProperty("streams", out var list) ? list.EnumerateArray().ToList() : [];
        var pictures = streams.Where(stream => Text(stream, "codec_type") == "video").ToLookup(stream => stream.GetProperty("disposition").GetProperty("attached_pic").GetInt32() == 1);
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
            ? sides.EnumerateArray().Where(side => side.TryGetProperty("rotation", out _)).Select(side => Number(side, "rotation")).FirstOrDefault()
            : 0;
        var (frames, per) = Ratio(Text(stream, "avg_frame_rate"), '/');
        return ProbedVideo.Of(
            stream.GetProperty("index").GetInt32(),
            Text(stream, "codec_name"),
            ((int)Number(stream, "width"), (int)Number(stream, "height")),
            Ratio(Text(stream, "sample_aspect_ratio"), ':'),
            turn,
            per > 0 ? frames / per : 0,
            Text(stream, "color_transfer") is "smpte2084" or "arib-std-b67");
    }

    private static ProbedAudio Audio(JsonElement stream) =>
        new(stream.GetProperty("index").GetInt32(), Text(stream, "codec_name"), (int)Number(stream, "sample_rate"), (int)Number(stream, "channels"));

    private static (double First, double Second) Ratio(string text, char separator) =>
        text.Split(separator) is [var first, var second] && TryNumber(first, out var one) && TryNumber(second, out var other) ? (one, other) : (0, 0);

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>ffprobe writes some numbers as strings.</summary>
    private static double Number(JsonElement element, string name) =>
        !element.TryGetProperty(name, out var value) ? 0
        : value.ValueKind == JsonValueKind.Number ? value.GetDouble()
        : TryNumber(value.GetString() ?? "", out var number) ? number : 0;

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
