using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Media.Workspaces;
using MangaMotion.VideoPipeline.Planning;
using MangaMotion.VideoPipeline.Stages.Compositing;
using MangaMotion.VideoPipeline.Stages.VoiceGen;
using MangaMotion.Videos;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.Benchmarks.Film;

/// <summary>Makes the video of the benchmark <c>film</c> and prints what each stage costs.</summary>
internal sealed class FilmRun(ServiceProvider services, Workspace workspace, FilmRunOptions options, FilmChapter chapter)
{
    private const double WallGoal = 60, CpuGoal = 1.2, EditGoal = 0.08, TicksPerSecond = 100;

    private readonly string _folder = Directory.CreateDirectory(workspace.NewPath()).FullName;
    private readonly ConcurrentDictionary<string, ShotSpeech> _speeches = [];
    private readonly VideoOptions _video = options.Video with { Language = chapter.Script.Language };

    public static async Task<int> RunAsync(FilmRunOptions options, CancellationToken cancellationToken)
    {
        var store = Directory.CreateTempSubdirectory("mangamotion-film-");
        await using var services = FilmShare.CreateServices(store.FullName);
        await using var workspace = services.GetRequiredService<WorkspaceRoot>().Create();
        var chapter = options.From is { } from
            ? await FilmChapter.ReadAsync(services, workspace, from, options.Video, cancellationToken)
            : FilmChapter.CreateTwentyShots(workspace, options.Video);
        return await new FilmRun(services, workspace, options, chapter).RunAsync(cancellationToken);
    }

    private async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var script = chapter.Script;
        if (options.PlanOnly)
        {
            var (speeches, timeline) = await SpeakAsync(script, cancellationToken);
            foreach (var figure in FilmFigures.DescribePlan(script, timeline, speeches))
                Console.WriteLine(figure);
            return 0;
        }

        var first = await MakeAsync("first run", script, cancellationToken);
        var perSecond = first.Cpu / first.Video.Seconds;
        var (count, seconds) = (script.Shots.Count, first.Video.Seconds);
        Print($"{count} shots, {seconds:F1} s of video, {options.Workers} × {options.SegmentsAtATime} segments at a time:");
        Print($"{first.Wall:F1} s (goal {WallGoal}), {perSecond:F2} CPU-s per second of video (goal {CpuGoal})");
        foreach (var figure in FilmFigures.Describe(first.Composition, first.Video))
            Console.WriteLine(figure);
        Print($"this process held at most {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:F0} MB");
        if (options.Output is { } output)
        {
            File.Copy(first.Video.Video, output, overwrite: true);
            File.Copy(first.Video.Subtitles, Path.ChangeExtension(output, "vtt"), overwrite: true);
            await File.WriteAllBytesAsync(Path.ChangeExtension(output, "json"), ScriptJson.Write(script), cancellationToken);
        }

        if (options.Sheet is { } sheet)
            await FilmFigures.WriteSheetAsync(
                first.Video.Video, first.Composition.Timeline, (double)script.Width / script.Height, sheet, cancellationToken);

        var met = perSecond <= CpuGoal && first.Wall <= WallGoal;
        if (!options.Edits)
            return met ? 0 : 1;

        var shots = script.Shots.ToList();
        var edited = shots.FindIndex(shots.Count / 2, shot => shot.Line is not null);
        var line = await MakeAsync(
            "edit of a line", Replace(shots[edited] with { Line = $"{shots[edited].Line} So it is!" }), cancellationToken);
        var box = shots[edited].Panel;
        var panel = await MakeAsync(
            "edit of a panel", Replace(shots[edited] with { Panel = box with { Width = box.Width - 20 } }), cancellationToken);
        var title = await MakeAsync("edit of the title", script with { Title = "The First Lamp" }, cancellationToken);
        foreach (var (name, made) in new[] { ("a line", line), ("a panel", panel), ("the title", title) })
            Print($"edit of {name}: {made.Cpu:F1} CPU-s of {first.Cpu:F1}, {made.Cpu / first.Cpu:F3} (goal {EditGoal})");
        return met && line.Cpu <= EditGoal * first.Cpu ? 0 : 1;

        VideoScript Replace(ScriptShot shot) => script with { Shots = [.. shots.Take(edited), shot, .. shots.Skip(edited + 1)] };
    }

    /// <summary>Makes a video of the script. Speeches and segments of an earlier run are used again.</summary>
    private async Task<Made> MakeAsync(string name, VideoScript script, CancellationToken cancellationToken)
    {
        var (clock, cpu) = (Stopwatch.StartNew(), ReadCpu());
        var (speeches, timeline) = await SpeakAsync(script, cancellationToken);
        Report("voice");

        var plans = services.GetRequiredService<VideoPlanner>().PlanSegments(
            script, [.. chapter.Pages.Select(page => new StoredPage(page.Key, page.Value, page.Value))], timeline, _video,
            speeches.ToDictionary(speech => speech.Key, speech => speech.Value.Words));
        var kept = Directory.GetFiles(_folder, "*.mp4").Length;
        var segments = await new FilmShare(_folder, chapter.Pages, plans)
            .FilmAsync(services, options.Workers, options.SegmentsAtATime, cancellationToken);
        Report($"{Directory.GetFiles(_folder, "*.mp4").Length - kept} segments of {plans.Count}");

        var composition = new Composition(script, timeline, speeches, segments, _video);
        var video = await services.GetRequiredService<ICompositor>()
            .ComposeAsync(composition, workspace, new Progress<double>(), cancellationToken);
        Report("composition");
        return new(composition, video, clock.Elapsed.TotalSeconds, ReadCpu() - cpu);

        void Report(string stage) => Print($"{name}, {stage}: {clock.Elapsed.TotalSeconds:F1} s, {ReadCpu() - cpu:F1} CPU-s");
    }

    /// <summary>Speaks the lines that are new, and places all of them in time.</summary>
    private async Task<(Dictionary<string, ShotSpeech> Speeches, Timeline Timeline)> SpeakAsync(
        VideoScript script, CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = options.Workers * options.SegmentsAtATime,
            CancellationToken = cancellationToken,
        };
        var voice = services.GetRequiredService<IShotVoice>();
        await Parallel.ForEachAsync(
            script.Shots.Where(shot => shot.Line is { } line && !_speeches.ContainsKey(line)), parallel,
            async (shot, stop) => _speeches[shot.Line!] = await voice.SpeakAsync(shot, _video, [], workspace, stop));
        var speeches = script.Shots.Where(shot => shot.Line is not null).ToDictionary(shot => shot.Id, shot => _speeches[shot.Line!]);
        return (speeches, Timeline.Create(script, speeches.ToDictionary(speech => speech.Key, speech => speech.Value.Seconds)));
    }

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>Reads the processor seconds of this process and of its children that have ended.</summary>
    private static double ReadCpu()
    {
        // Fields 14 to 17 of proc(5): user and system time of the process and of its children. The name before them may hold blanks.
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return Enumerable.Range(11, 4).Sum(field => double.Parse(fields[field], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    private sealed record Made(Composition Composition, ComposedVideo Video, double Wall, double Cpu);
}
