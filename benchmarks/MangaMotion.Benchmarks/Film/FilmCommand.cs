using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using MangaMotion.Api;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Videos;

namespace MangaMotion.Benchmarks.Film;

/// <summary><c>film</c>: voice, camera and compositor on the bundled chapter, twenty shots, without broker and database.</summary>
internal static class FilmCommand
{
    public static Command Create()
    {
        var workers = new Option<int>("--workers") { Description = "Processes that render.", DefaultValueFactory = _ => 1 };
        var atATime = new Option<int>("--segments-at-a-time")
        {
            Description = "Segments that one process renders at the same time.",
            DefaultValueFactory = _ => 2,
        };
        var from = new Option<string?>("--from")
        {
            Description = "Chapter file, folder of pages, or 'sample' for the bundled chapter as the service reads it. "
                + "Without it, a fixed script.",
        };
        var sheet = new Option<string?>("--sheet") { Description = "Write a PNG with three small frames of each shot." };
        var output = new Option<string?>("--output") { Description = "Keep the video here." };
        var size = new Option<int[]>("--size")
        {
            Description = "Width and height.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [1920, 1080],
        };
        var music = new Option<bool>("--music") { Description = "Add music under the speech." };
        var ambience = new Option<bool>("--ambience") { Description = "Add the sound of a quiet room." };
        var burn = new Option<bool>("--burn-subtitles") { Description = "Draw the subtitles into the picture." };
        var titles = new Option<bool>("--titles") { Description = "Add title cards." };
        var preset = new Option<string?>("--preset")
        {
            Description = "JSON file of a preset, instead of size, music, subtitles and titles.",
        };
        var plan = new Option<bool>("--plan") { Description = "Print the figures of camera, lettering and silence without rendering." };
        var edit = new Option<bool>("--edit") { Description = "Make the video again after an edit of a line, a panel and the title." };
        var eta = new Option<bool>("--eta")
        {
            Description = "Make the chapter on the running stack instead (MANGAMOTION_URL, MANGAMOTION_API_KEY); "
                + "print the error of the estimates.",
        };
        var command = new Command(
            "film",
            "Twenty shots of the bundled chapter from script to MP4. Goals: 60 s on two idle cores, 1.2 CPU-s per second of video, and "
            + "0.08 of the CPU of the first run after an edit of a line.")
        {
            workers, atATime, from, sheet, output, size, music, ambience, burn, titles, preset, plan, edit, eta,
        };
        command.SetAction((parsed, cancellationToken) => parsed.GetValue(eta)
            ? FilmEstimates.RunAsync(cancellationToken)
            : FilmRun.RunAsync(
                new()
                {
                    Workers = parsed.GetValue(workers),
                    SegmentsAtATime = parsed.GetValue(atATime),
                    Output = parsed.GetValue(output),
                    From = parsed.GetValue(from),
                    Sheet = parsed.GetValue(sheet),
                    PlanOnly = parsed.GetValue(plan),
                    Edits = parsed.GetValue(edit),
                    Video = (parsed.GetValue(preset) is { } file ? ReadPreset(file) : new()
                    {
                        Width = parsed.GetValue(size)![0],
                        Height = parsed.GetValue(size)![1],
                        Music = parsed.GetValue(music),
                        Ambience = parsed.GetValue(ambience),
                        BurnSubtitles = parsed.GetValue(burn),
                        Titles = parsed.GetValue(titles),
                    }) with
                    {
                        Direction = parsed.GetValue(from) is null or "sample" ? "ltr" : null,
                    },
                },
                cancellationToken));
        return command;
    }

    private static VideoOptions ReadPreset(string file)
    {
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        var (width, height) = VideoSizes.Parse((string?)json["size"] ?? VideoSizes.Landscape)!.Value;
        return json.Deserialize<VideoOptions>(VideoJson.Options)! with { Width = width, Height = height };
    }
}

/// <summary>Options of <see cref="FilmRun"/>.</summary>
internal sealed record FilmRunOptions
{
    public required int Workers { get; init; }

    public required int SegmentsAtATime { get; init; }

    /// <summary>Path to which the video is copied; null keeps none.</summary>
    public string? Output { get; init; }

    /// <summary>Chapter whose script is written first; null for a fixed script.</summary>
    public string? From { get; init; }

    /// <summary>Path of a contact sheet; null for none.</summary>
    public string? Sheet { get; init; }

    /// <summary>Whether only the lines are spoken and the shots planned.</summary>
    public bool PlanOnly { get; init; }

    public bool Edits { get; init; }

    public required VideoOptions Video { get; init; }
}
