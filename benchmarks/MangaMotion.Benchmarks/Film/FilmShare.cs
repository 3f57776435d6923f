using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using MangaMotion.Film;
using MangaMotion.Media;
using MangaMotion.Media.Workspaces;
using MangaMotion.Storage;
using MangaMotion.VideoPipeline.Planning;
using MangaMotion.VideoPipeline.Stages.Compositing;
using MangaMotion.VideoPipeline.Stages.ScriptGen;
using MangaMotion.VideoPipeline.Stages.VideoGen;
using MangaMotion.VideoPipeline.Stages.VoiceGen;
using MangaMotion.Videos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.Benchmarks.Film;

/// <summary>
/// Segments of a video that several processes render. Each process takes the next segment that is not taken, as workers take messages.
/// </summary>
/// <param name="Folder">Folder of the rendered segments, named by their hashes. Segments that are in it are not rendered again.</param>
internal sealed record FilmShare(string Folder, IReadOnlyDictionary<int, string> Pages, IReadOnlyList<SegmentPlan> Segments)
{
    private const string Name = "film-worker";
    private const string Plan = "plan.json";

    /// <summary>Creates the command of the other processes: <c>film-worker FOLDER SEGMENTS</c>.</summary>
    public static Command CreateWorker()
    {
        var folder = new Argument<string>("FOLDER");
        var atATime = new Argument<int>("SEGMENTS");
        var command = new Command(Name, "Renders for another process.") { Hidden = true, Arguments = { folder, atATime } };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var services = CreateServices(parsed.GetValue(folder)!);
            var plan = await File.ReadAllBytesAsync(Path.Combine(parsed.GetValue(folder)!, Plan), cancellationToken);
            await JsonSerializer.Deserialize<FilmShare>(
                plan, VideoJson.Options)!.TakeAsync(services, parsed.GetValue(atATime), cancellationToken);
            return 0;
        });
        return command;
    }

    /// <param name="store">Folder of the object store.</param>
    public static ServiceProvider CreateServices(string store)
    {
        // bubblewrap ends before it has waited for its child, so the processor time of the child is not counted. The sandbox costs a child
        // some milliseconds.
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Media:Sandbox", "None"), new("Storage:Kind", "disk"), new("Storage:Disk:Root", store)])
            .AddEnvironmentVariables().Build();
        return new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration)
            .AddMedia().AddFilm().AddObjectStore(configuration).AddScriptGen(
                configuration).AddVoiceGen().AddVideoGen().AddSingleton<ICompositor, Compositor>().AddSingleton<VideoPlanner>()
            .BuildServiceProvider();
    }

    /// <summary>Renders the missing segments. This process is one of the workers.</summary>
    /// <returns>Files in the order of the video.</returns>
    public async Task<IReadOnlyList<string>> FilmAsync(
        IServiceProvider services, int workers, int atATime, CancellationToken cancellationToken)
    {
        await File.WriteAllBytesAsync(
            Path.Combine(Folder, Plan), JsonSerializer.SerializeToUtf8Bytes(this, VideoJson.Options), cancellationToken);
        string[] arguments = [typeof(FilmShare).Assembly.Location, Name, Folder, $"{atATime}"];
        var others = Enumerable.Range(1, workers - 1)
            .Select(_ => Process.Start(new ProcessStartInfo("dotnet", arguments) { UseShellExecute = false })!).ToList();
        try
        {
            await TakeAsync(services, atATime, cancellationToken);
            foreach (var other in others)
            {
                await other.WaitForExitAsync(cancellationToken);
                if (other.ExitCode != 0)
                    throw new InvalidOperationException($"A worker ended with exit code {other.ExitCode}. Its message is above.");
            }
        }
        finally
        {
            foreach (var other in others)
            {
                other.Kill(entireProcessTree: true);
                other.Dispose();
            }
        }

        return [.. Segments.Select(GetPath)];
    }

    private async Task TakeAsync(IServiceProvider services, int atATime, CancellationToken cancellationToken)
    {
        await using var workspace = services.GetRequiredService<WorkspaceRoot>().Create();
        var renderer = services.GetRequiredService<ISegmentRenderer>();
        await Parallel.ForEachAsync(
            Segments,
            new ParallelOptions { MaxDegreeOfParallelism = atATime, CancellationToken = cancellationToken },
            async (segment, stop) =>
            {
                if (!TryTake(segment))
                    return;
                var rendered = await renderer.RenderAsync(segment.Spec, Pages, workspace, stop);
                File.Copy(rendered.Path, GetPath(segment));
                File.Delete(rendered.Path);
            });
    }

    private string GetPath(SegmentPlan segment) => Path.Combine(Folder, $"{segment.Hash}.mp4");

    private bool TryTake(SegmentPlan segment)
    {
        var mark = Path.Combine(Folder, $"{segment.Hash}.taken");
        try
        {
            using var file = new FileStream(mark, FileMode.CreateNew);
            return true;
        }
        catch (IOException) when (File.Exists(mark))
        {
            return false;
        }
    }
}
