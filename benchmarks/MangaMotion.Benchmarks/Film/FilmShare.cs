using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using MangaMotion.Film;
using MangaMotion.Media;
using MangaMotion.Media.Workspaces;
using MangaMotion.VideoPipeline.Stages.VideoGen;
using MangaMotion.Videos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.Benchmarks.Film;

/// <summary>The segments of a video, filmed by several processes: each takes the next one that nobody has taken, as workers take messages.</summary>
/// <param name="Folder">Where they are put and who has taken which is marked.</param>
internal sealed record FilmShare(string Folder, IReadOnlyDictionary<int, string> Pages, IReadOnlyList<SegmentSpec> Segments)
{
    private const string Name = "film-worker";
    private const string Plan = "plan.json";

    /// <summary>The other processes: <c>film-worker FOLDER SEGMENTS</c>.</summary>
    public static Command CreateWorker()
    {
        var folder = new Argument<string>("FOLDER");
        var atATime = new Argument<int>("SEGMENTS");
        var command = new Command(Name, "Films for another process.") { Hidden = true, Arguments = { folder, atATime } };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var services = CreateServices();
            var plan = await File.ReadAllBytesAsync(Path.Combine(parsed.GetValue(folder)!, Plan), cancellationToken);
            await JsonSerializer.Deserialize<FilmShare>(plan, VideoJson.Options)!.TakeAsync(services, parsed.GetValue(atATime), cancellationToken);
            return 0;
        });
        return command;
    }

    public static ServiceProvider CreateServices()
    {
        // bubblewrap ends before it has waited for its child, whose processor time is lost to us then; it costs a child some milliseconds.
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Media:Sandbox", "None")]).AddEnvironmentVariables().Build();
        return new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration).AddMedia().AddFilm().AddVideoGen().BuildServiceProvider();
    }

    /// <summary>Films all of them, this process being one of the workers.</summary>
    /// <returns>Files in the order of the video.</returns>
    public async Task<IReadOnlyList<string>> FilmAsync(IServiceProvider services, int workers, int atATime, CancellationToken cancellationToken)
    {
        await File.WriteAllBytesAsync(Path.Combine(Folder, Plan), JsonSerializer.SerializeToUtf8Bytes(this, VideoJson.Options), cancellationToken);
        var others = Enumerable.Range(1, workers - 1)
            .Select(_ => Process.Start(new ProcessStartInfo("dotnet", [typeof(FilmShare).Assembly.Location, Name, Folder, $"{atATime}"]) { UseShellExecute = false })!).ToList();
        try
        {
            await TakeAsync(services, atATime, cancellationToken);
            foreach (var other in others)
            {
                await other.WaitForExitAsync(cancellationToken);
                if (other.ExitCode != 0)
                    throw new InvalidOperationException($"A worker ended with {other.ExitCode}; its message is above.");
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

        return [.. Enumerable.Range(0, Segments.Count).Select(Segment)];
    }

    private async Task TakeAsync(IServiceProvider services, int atATime, CancellationToken cancellationToken)
    {
        await using var workspace = services.GetRequiredService<WorkspaceRoot>().Create();
        var renderer = services.GetRequiredService<ISegmentRenderer>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Segments.Count),
            new ParallelOptions { MaxDegreeOfParallelism = atATime, CancellationToken = cancellationToken },
            async (i, stop) =>
            {
                if (!Take(i))
                    return;
                var filmed = await renderer.RenderAsync(Segments[i], Pages, workspace, stop);
                File.Copy(filmed.Path, Segment(i));
                File.Delete(filmed.Path);
            });
    }

    private string Segment(int i) => Path.Combine(Folder, $"{i:0000}.mp4");

    private bool Take(int i)
    {
        try
        {
            using var mark = new FileStream(Path.Combine(Folder, $"{i:0000}.taken"), FileMode.CreateNew);
            return true;
        }
        catch (IOException) when (File.Exists(Path.Combine(Folder, $"{i:0000}.taken")))
        {
            return false;
        }
    }
}
