using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MangaMotion.Cli.Demo.Chapter;
using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Film;
using MangaMotion.Media;
using MangaMotion.Media.Workspaces;
using MangaMotion.Storage;
using MangaMotion.VideoPipeline.Stages.ScriptGen;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.Benchmarks.Lettering;

/// <summary><c>lettering</c>: reads pages as the stage <c>script_gen</c> does, and compares the lines with the truth.</summary>
internal static class LetteringCommand
{
    public static Command Create()
    {
        var from = new Option<DirectoryInfo?>("--from") { Description = "Folder of pages; without it the bundled chapter is read." };
        var truth = new Option<FileInfo?>(
            "--truth")
        { Description = "Truth of the folder: lines of page name, tab, text in reading order." };
        var language = new Option<string>("--language") { DefaultValueFactory = _ => "auto" };
        language.AcceptOnlyFromAmong("auto", "en", "ja");
        var direction = new Option<string>("--direction") { DefaultValueFactory = _ => "auto" };
        direction.AcceptOnlyFromAmong("auto", "rtl", "ltr");
        var show = new Option<bool>("--show") { Description = "Prints each line, and each text that was not read." };
        var command = new Command(
            "lettering",
            "Share of texts whose letters are all read, character error rate in reading order, processor time and memory a page.")
        {
            from, truth, language, direction, show,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(from) is null != result.GetValue(truth) is null)
                result.AddError("Give both --from and --truth, or neither.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var folder = parsed.GetValue(from)?.FullName;
            var options = new VideoOptions
            {
                Language = parsed.GetValue(language) is "auto" ? null : parsed.GetValue(language),
                Direction = folder is null ? "ltr" : parsed.GetValue(direction) is "auto" ? null : parsed.GetValue(direction),
            };
            var drawn = folder is null ? Directory.CreateTempSubdirectory("mangamotion-lettering-").FullName : null;
            try
            {
                if (drawn is not null)
                    SampleChapter.Draw(drawn);
                var file = parsed.GetValue(truth)?.FullName ?? Path.Combine(AppContext.BaseDirectory, "Lettering", "chapter.tsv");
                var pages = LetteringTruth.Parse(await File.ReadAllLinesAsync(file, cancellationToken)).Pages;
                await MeasureAsync(folder ?? drawn!, pages, options, parsed.GetValue(show), cancellationToken);
                return 0;
            }
            finally
            {
                if (drawn is not null)
                    Directory.Delete(drawn, recursive: true);
            }
        });
        return command;
    }

    private static ServiceProvider CreateServices(string store)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Media:Sandbox", "None"), new("Storage:Kind", "disk"), new("Storage:Disk:Root", store)])
            .AddEnvironmentVariables().Build();
        return new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration)
            .AddMedia().AddFilm().AddObjectStore(configuration).AddScriptGen(configuration).BuildServiceProvider();
    }

    private static async Task MeasureAsync(
        string folder, IReadOnlyList<(
            string Page, IReadOnlyList<string> Texts)> pages, VideoOptions options, bool show, CancellationToken cancellationToken)
    {
        var store = Directory.CreateTempSubdirectory("mangamotion-lettering-store-").FullName;
        await using var services = CreateServices(store);
        await using var workspace = services.GetRequiredService<WorkspaceRoot>().Create();
        var files = pages.Select(page =>
        {
            var path = workspace.NewPath();
            File.Copy(Path.Combine(folder, page.Page), path);
            return new LocalChapterFile(path, page.Page);
        }).ToList();

        using var watch = new PeakMemory();
        var (cpu, clock) = (ProcessTree.ProcessorSeconds(Environment.ProcessId), Stopwatch.StartNew());
        var script = (await services.GetRequiredService<IScriptGenerator>()
            .WriteAsync(new(Guid.NewGuid(), files, options), workspace, new Progress<double>(), cancellationToken)).Script;
        cpu = ProcessTree.ProcessorSeconds(Environment.ProcessId) - cpu;

        Directory.Delete(store, recursive: true);
        var score = new LetteringScore();
        var judged = new List<(ScriptShot Shot, bool Right)>();
        foreach (var (name, texts) in pages)
        {
            var number = script.Pages.First(page => page.Name == name).Number;
            var shots = script.Shots.Where(shot => shot.Page == number && shot.Line is not null).ToList();
            var (lines, missed) = score.Add(texts, [.. shots.Select(shot => shot.Line!)]);
            judged.AddRange(shots.Zip(lines, (shot, line) => (shot, line.Right)));
            if (!show)
                continue;
            foreach (var (shot, (line, right)) in shots.Zip(lines))
                Console.WriteLine($"{shot.Id}  {(right ? "right" : "WRONG")}  {shot.LineConfidence:0.00} {shot.Flag}  {line}");
            foreach (var shot in script.Shots.Where(shot => shot.Page == number && shot.Line is null))
                Console.WriteLine($"{shot.Id}  silent  {shot.Flag}");
            foreach (var text in missed)
                Console.WriteLine($"{name}  not read  {text}");
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {pages.Count} pages, language {script.Language} ({script.LanguageFrom}), direction {script.Direction} ({script.DirectionFrom})
            texts with all letters      {score.Complete} of {score.Texts} = {score.CompleteShare:F3}
            character error rate        {score.ErrorRate:F3}
            lines, and with errors      {score.Lines}, {score.WrongLines}
            CPU-s a page                {cpu / pages.Count:F2} ({clock.Elapsed.TotalSeconds / pages.Count:F2} s)
            peak memory                 {PeakMemory.Own / 1e6:F0} MB, largest child {watch.LargestChild / 1e6:F0} MB
            panels flagged as unread    {script.Shots.Count(shot => shot.Flag == ShotFlag.Unread)} of {script.Shots.Count}
            """));
        Console.WriteLine($"{"lines",-28}{"count",7}{"wrong",7}");
        Report("not flagged", judged.Where(line => line.Shot.Flag != ShotFlag.DoubtfulLine));
        Report("flagged as doubtful", judged.Where(line => line.Shot.Flag == ShotFlag.DoubtfulLine));
        for (var from = 0.5; from < 1; from += 0.1)
            Report(string.Create(CultureInfo.InvariantCulture, $"confidence {from:F1} to {from + 0.1:F1}"), judged.Where(
                line => line.Shot.LineConfidence >= from && line.Shot.LineConfidence < from + 0.1));

        static void Report(string name, IEnumerable<(ScriptShot Shot, bool Right)> lines)
        {
            var all = lines.ToList();
            if (all.Count > 0)
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{name,-28}{all.Count,7}{all.Count(line => !line.Right) / (double)all.Count,7:F2}"));
        }
    }
}
