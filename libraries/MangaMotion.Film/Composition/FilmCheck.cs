using System.Globalization;
using System.Text;
using MangaMotion.Media;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Video;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Film.Composition;

/// <summary>Looks at a made video for faults that its viewers would see: black, empty and frozen pictures.</summary>
/// <remarks>
/// Only key frames are decoded, one in two seconds and at each cut. That took 0.3 CPU-s for a video of 88 s whose making took 33. The
/// limits of darkness and change were chosen on the values of the bundled chapter; <c>FilmCheckTests</c> holds them.
/// </remarks>
internal static class FilmCheck
{
    /// <summary>Luma of the brightest pixel up to which a picture is black. Text of a title card is far brighter.</summary>
    private const double MaxBlack = 40;

    /// <summary>Difference of the brightest and darkest pixel up to which a picture is empty.</summary>
    private const double MaxEmptyRange = 6;

    /// <summary>
    /// Mean change of luma between key frames up to which the picture stands still. The slowest camera made 0.23. Of a still picture the
    /// second key frame is better encoded than the first (0.2 to 0.5); after it the change is 0.
    /// </summary>
    private const double MaxFrozenChange = 0.05;

    /// <summary>Seconds for which a picture may stand still.</summary>
    private const double MaxFrozenSeconds = 1.5;

    private const string Time = "pts_time:", Key = "lavfi.signalstats.";

    /// <returns>Sentences for the owner; empty for a video without faults.</returns>
    /// <exception cref="ToolFailedException">ffmpeg failed; another attempt may succeed.</exception>
    public static async Task<IReadOnlyList<string>> FindFaultsAsync(
        ToolRunner tools, Workspace workspace, string video, double seconds, CancellationToken cancellationToken)
    {
        var pictures = new List<KeyPicture>();
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "ffmpeg",
                Arguments =
                [
                    .. Ffmpeg.Quiet, .. Ffmpeg.Input(MediaType.Mp4), .. Ffmpeg.OneThread, "-skip_frame", "nokey", "-i", Ffmpeg.File,
                    "-an", "-sn", "-fps_mode", "passthrough", "-vf", "scale=320:-2,signalstats,metadata=print:file=-", "-f", "null", "-",
                ],
                Directory = workspace.NewDirectory(),
                Input = video,
                ReadStdout = (stream, stop) => ReadAsync(stream, pictures, stop),
                CpuSeconds = 60 + (int)seconds,
                WallSeconds = 300 + (int)(seconds * 2),
                Subject = "video",
            },
            cancellationToken);
        if (result.ExitCode != 0 || pictures.Count == 0)
            throw new ToolFailedException("ffmpeg", $"the made video was not looked at; {result.Detail}");
        return DescribeFaults(pictures);
    }

    /// <summary>Formats a time for people, such as <c>1:05</c>.</summary>
    public static string FormatTime(double seconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)seconds / 60}:{(int)seconds % 60:00}");

    private static List<string> DescribeFaults(List<KeyPicture> pictures)
    {
        var faults = new List<string>();
        AddPlaces("is black", [.. pictures.Where(picture => picture.Max <= MaxBlack)]);
        AddPlaces("is empty", [.. pictures.Where(picture => picture.Max > MaxBlack && picture.Max - picture.Min <= MaxEmptyRange)]);
        AddPlaces("stands still", FindFrozen());
        return faults;

        void AddPlaces(string state, List<KeyPicture> places)
        {
            const int MaxNamed = 5;
            if (places.Count == 0)
                return;
            var named = string.Join(", ", places.Take(MaxNamed).Select(place => FormatTime(place.Seconds)));
            faults.Add($"The picture {state} at {named}{(places.Count > MaxNamed ? $" and {places.Count - MaxNamed} more times" : "")}.");
        }

        List<KeyPicture> FindFrozen()
        {
            var frozen = new List<KeyPicture>();
            for (var first = 0; first < pictures.Count;)
            {
                var next = first + 1;
                while (next < pictures.Count && pictures[next].Change <= MaxFrozenChange)
                    next++;
                if (pictures[next - 1].Seconds - pictures[first].Seconds > MaxFrozenSeconds)
                    frozen.Add(pictures[first]);
                first = next;
            }

            return frozen;
        }
    }

    private static async Task ReadAsync(Stream stream, List<KeyPicture> pictures, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (ReadNumber(line, Time) is { } seconds)
                pictures.Add(new() { Seconds = seconds });
            else if (pictures is [.., var last])
                pictures[^1] = ReadStatistic(last, line);
        }
    }

    private static KeyPicture ReadStatistic(KeyPicture picture, string line) => true switch
    {
        _ when ReadNumber(line, $"{Key}YMIN=") is { } min => picture with { Min = min },
        _ when ReadNumber(line, $"{Key}YMAX=") is { } max => picture with { Max = max },
        _ when ReadNumber(line, $"{Key}YDIF=") is { } change => picture with { Change = change },
        _ => picture,
    };

    private static double? ReadNumber(string line, string name)
    {
        var at = line.IndexOf(name, StringComparison.Ordinal);
        return at >= 0 && double.TryParse(line.AsSpan(at + name.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
    }

    /// <param name="Min">Luma of the darkest pixel.</param>
    /// <param name="Max">Luma of the brightest pixel.</param>
    /// <param name="Change">Mean change of luma since the key frame before.</param>
    private readonly record struct KeyPicture(double Seconds, double Min, double Max, double Change);
}
