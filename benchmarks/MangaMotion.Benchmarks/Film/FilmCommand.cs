using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MangaMotion.Cli.Demo.Chapter;
using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Media.Workspaces;
using MangaMotion.VideoPipeline.Planning;
using MangaMotion.VideoPipeline.Stages.Compositing;
using MangaMotion.VideoPipeline.Stages.VideoGen;
using MangaMotion.VideoPipeline.Stages.VoiceGen;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.Benchmarks.Film;

/// <summary><c>film</c>: voice, camera and compositor on the bundled chapter, twenty shots, without broker and database.</summary>
internal static class FilmCommand
{
    private const double WallGoal = 60, CpuGoal = 1.2, TicksPerSecond = 100;

    private static readonly string?[] Lines =
    [
        "Every night, Mira lights the lamp.", "The sea is angry tonight.", "Far out, a small boat is coming home.", "Then the storm strikes the tower.",
        "Oh no! The lamp is out!", "Up the stairs, quick!", "The lamp is broken.", "Mew?", "Father! He cannot see the rocks!",
        "Think, Mira. What else can shine?", "The old mirror! Good cat!", "And then the clouds open.", "Hold still... almost there...", null,
        "A light! Turn the boat!", null, "You saved me, little keeper. It was the cat's idea.", "And so the moon became the last lamp.",
    ];

    public static Command Create()
    {
        var workers = new Option<int>("--workers") { Description = "Processes that film.", DefaultValueFactory = _ => 1 };
        var atATime = new Option<int>("--segments-at-a-time") { Description = "Segments that one of them films side by side.", DefaultValueFactory = _ => 2 };
        var output = new Option<string?>("--output") { Description = "Keep the video here." };
        var size = new Option<int[]>("--size") { Description = "Width and height.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1920, 1080] };
        var music = new Option<bool>("--music") { Description = "With music under the speech." };
        var eta = new Option<bool>("--eta")
        {
            Description = "Make the chapter on the running stack instead (MANGAMOTION_URL, MANGAMOTION_API_KEY); print the error of the estimates.",
        };
        var command = new Command("film", "Twenty shots of the bundled chapter from script to MP4; goals 60 s on two idle cores, 1.2 CPU-s per second of video.") { workers, atATime, output, size, music, eta };
        command.SetAction((parsed, cancellationToken) => parsed.GetValue(eta) ? FilmEstimates.RunAsync(cancellationToken) : RunAsync(
            parsed.GetValue(workers), parsed.GetValue(atATime), parsed.GetValue(output), parsed.GetValue(size)!, new VideoOptions { Direction = "ltr", Music = parsed.GetValue(music) }, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int workers, int atATime, string? output, int[] size, VideoOptions options, CancellationToken cancellationToken)
    {
        await using var services = FilmShare.CreateServices();
        await using var workspace = services.GetRequiredService<WorkspaceRoot>().Create();
        var pages = SampleChapter.Draw(workspace.NewPath()).Select((path, i) => (path, i)).ToDictionary(page => page.i + 1, page => page.path);
        var script = Script(size);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = workers * atATime, CancellationToken = cancellationToken };

        var (clock, cpu) = (Stopwatch.StartNew(), Cpu());
        var speeches = new System.Collections.Concurrent.ConcurrentDictionary<string, ShotSpeech>();
        await Parallel.ForEachAsync(script.Shots.Where(shot => shot.Line is not null), parallel, async (shot, stop) =>
            speeches[shot.Id] = await services.GetRequiredService<IShotVoice>().SpeakAsync(shot, options, workspace, stop));
        Report("voice");

        var timeline = Timeline.Create(script, speeches.ToDictionary(speech => speech.Key, speech => speech.Value.Seconds));
        var share = new FilmShare(Directory.CreateDirectory(workspace.NewPath()).FullName, pages, [.. timeline.Segments.Select(segment => SegmentSpec.Create(script, timeline, segment))]);
        var segments = await share.FilmAsync(services, workers, atATime, cancellationToken);
        Report("segments");

        var video = await services.GetRequiredService<ICompositor>().ComposeAsync(new(script, timeline, speeches, segments, options), workspace, new Progress<double>(), cancellationToken);
        Report("composition");
        var perSecond = (Cpu() - cpu) / video.Seconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{script.Shots.Count} shots, {video.Seconds:F1} s of video, {workers} workers with {atATime} segments at a time: {clock.Elapsed.TotalSeconds:F1} s (goal {WallGoal}), {perSecond:F2} CPU-s per second of video (goal {CpuGoal})"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"this process held at most {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:F0} MB"));
        if (output is not null)
        {
            File.Copy(video.Video, output, overwrite: true);
            File.Copy(video.Subtitles, Path.ChangeExtension(output, "vtt"), overwrite: true);
        }

        return perSecond <= CpuGoal && clock.Elapsed.TotalSeconds <= WallGoal ? 0 : 1;

        void Report(string stage) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{stage}: {clock.Elapsed.TotalSeconds:F1} s, {Cpu() - cpu:F1} CPU-s"));
    }

    /// <summary>The chapter's panels, and two of them again.</summary>
    private static VideoScript Script(int[] size)
    {
        List<(int Page, SampleChapter.Quad Outline)> panels = [.. SampleChapter.Panels];
        return new VideoScript
        {
            Title = SampleChapter.Title,
            Language = "en",
            Direction = ReadingDirection.LeftToRight,
            Width = size[0],
            Height = size[1],
            Fps = 30,
            Pages = [.. Enumerable.Range(1, 4).Select(number => new ScriptPage { Number = number, Name = $"page-{number:00}.png", Width = SampleChapter.Width, Height = SampleChapter.Height })],
            Shots =
            [
                .. panels.Concat(panels.TakeLast(2)).Select((panel, i) => new ScriptShot
                {
                    Id = $"shot-{i + 1:00}",
                    Page = panel.Page,
                    Panel = Box(panel.Outline.Shape),
                    Confidence = 1,
                    Line = Lines.ElementAtOrDefault(i),
                    Transition = i > 0 && panels.ElementAtOrDefault(i - 1).Page == panel.Page ? ShotTransition.Cut : ShotTransition.Fade,
                }),
            ],
        };

        static PanelBox Box(Shape shape) => new() { X = (int)shape.Left, Y = (int)shape.Top, Width = (int)(shape.Right - shape.Left), Height = (int)(shape.Bottom - shape.Top) };
    }

    /// <summary>Processor seconds of this process and of its children that have ended.</summary>
    private static double Cpu()
    {
        // Fields 14 to 17 of proc(5): user and system time, own and of children; the name before them may hold blanks.
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return Enumerable.Range(11, 4).Sum(field => double.Parse(fields[field], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
