using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using MangaMotion.Hostile.Files;
using MangaMotion.Media;
using MangaMotion.Media.Images;
using MangaMotion.Media.Sniffing;
using MangaMotion.Media.Workspaces;
using MangaMotion.Thumbnail.Rendering;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.Hostile;

/// <summary>Outcome of one file.</summary>
/// <param name="Code">Error code, or null if pictures were made.</param>
/// <param name="Fault">Fault of the outcome, or null.</param>
internal sealed record Outcome(HostileFile File, string? Code, bool Permanent, string? OwnerMessage, string? Fault, TimeSpan Took);

/// <summary>Run of all hostile files in the strongest sandbox of this machine.</summary>
public sealed class StrongestRun() : HostileRun(SandboxKind.Auto, every: 1);

/// <summary>Run of some files of each kind in the sandbox of default containers.</summary>
public sealed class LandlockRun() : HostileRun(SandboxKind.Landlock, every: 4);

/// <summary>Run of a few hostile files with only the seccomp filter.</summary>
public sealed class SeccompRun() : HostileRun(SandboxKind.Seccomp, every: 12);

/// <summary>Run of a few hostile files with resource limits and no sandbox.</summary>
public sealed class UnconfinedRun() : HostileRun(SandboxKind.None, every: 12);

/// <summary>Run of all hostile files in a sandbox that another machine may have.</summary>
public sealed class FallbackRun(SandboxKind sandbox) : HostileRun(sandbox, every: 1);

/// <summary>Run of hostile files through the code of the thumbnail service, with two workers in this process and small limits.</summary>
/// <param name="every">1 for all files, n for every n-th.</param>
public abstract class HostileRun(SandboxKind sandbox, int every) : IAsyncLifetime
{
    public const int WallSeconds = 20;
    private const int Workers = 2;

    private readonly string _scratch = Directory.CreateTempSubdirectory("mm-hostile-scratch-").FullName;
    private readonly string _folder = Directory.CreateTempSubdirectory("mm-hostile-").FullName;
    private readonly ConcurrentBag<Outcome> _outcomes = [];
    private readonly ConcurrentBag<(string Tool, TimeSpan Took)> _toolRuns = [];

    internal IReadOnlyCollection<Outcome> Outcomes => _outcomes;

    /// <summary>Minimum number of files of this run. A run of all files has at least 120.</summary>
    public int LeastFiles => 120 / every;

    /// <summary>Wall time of every tool run and every picture.</summary>
    public IReadOnlyCollection<(string Tool, TimeSpan Took)> ToolRuns => _toolRuns;

    /// <summary>Resident bytes of this process before the first file.</summary>
    public long StartBytes { get; private set; }

    /// <summary>Peak resident bytes of this process during the run.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>True if the file that the references name was opened.</summary>
    public bool IsNeighbourRead { get; private set; }

    /// <summary>Size of the thumbnail of a valid picture, made after all hostile files.</summary>
    public (int Width, int Height) GoodThumbnail { get; private set; }

    /// <summary>Files and directories in the scratch space after the last job, without the slots of the media hosts.</summary>
    public IReadOnlyList<string> LeftByJobs { get; private set; } = [];

    /// <summary>Files and directories in the scratch space after the service has stopped, with the slots.</summary>
    public IReadOnlyList<string> LeftInScratch { get; private set; } = [];

    /// <summary>Child processes that run after the service has stopped.</summary>
    public IReadOnlyList<string> RunningChildren { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        var files = WriteAll();
        var childrenBefore = Children().ToHashSet();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == MediaTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => _toolRuns.Add((activity.OperationName, activity.Duration)),
        };
        ActivitySource.AddActivityListener(listener);

        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true,
            compacting: true); // the memory for creating the files is not measured
        StartBytes = Status("VmRSS:") * 1024;
        await File.WriteAllTextAsync("/proc/self/clear_refs", "5"); // resets the peak
        var neighbourReadAt = File.GetLastAccessTimeUtc(Neighbour);
        foreach (var lowered in files.Where(file => file.File.Limit.Length > 0).GroupBy(file => file.File.Limit))
        {
            await using var service = Service(lowered.Key);
            await SendAsync(service, lowered);
        }

        await using (var service = Service())
        {
            await SendAsync(service, files.Where(file => file.File.Limit.Length == 0));
            IsNeighbourRead = File.GetLastAccessTimeUtc(Neighbour) != neighbourReadAt;
            PeakBytes = Status("VmHWM:") * 1024;
            GoodThumbnail = await GoodAsync(service, files.First(file => IsGoodPhoto(file.File)).Path);
            LeftByJobs = [.. Directory.GetFileSystemEntries(_scratch, "*", SearchOption.AllDirectories)
                .Where(path => !path.Contains("/slot-", StringComparison.Ordinal) && Path.GetDirectoryName(path) != _scratch)];
        }

        LeftInScratch = Directory.GetFileSystemEntries(_scratch);
        RunningChildren = [.. Children().Except(childrenBefore)];
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_scratch, recursive: true);
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private string Neighbour => Path.Combine(_folder, "neighbour.ts");

    private Task SendAsync(ServiceProvider service, IEnumerable<(HostileFile File, string Path)> files) => Parallel.ForEachAsync(
        files,
        new ParallelOptions { MaxDegreeOfParallelism = Workers },
        async (file, _) => _outcomes.Add(await SendAsync(service, file.File, file.Path)));

    /// <summary>Writes each file into a separate directory, because of the names. The content in memory is dropped.</summary>
    private List<(HostileFile File, string Path)> WriteAll()
    {
        var files = new List<(HostileFile, string)>();
        WriteNeighbour();
        foreach (var (i, file) in HostileSet.Make(Neighbour).Index())
        {
            // One valid photo is rendered after all others. References matter most in the weakest sandbox.
            var isNeeded = file.Kind == "reference" || (IsGoodPhoto(file) && !files.Exists(written => IsGoodPhoto(written.Item1)));
            if (i % every != 0 && !isNeeded)
                continue;
            var path = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, $"{files.Count}")).FullName, file.Name);
            File.WriteAllBytes(path, file.Content);
            files.Add((file with { Content = [] }, path));
        }

        return files;
    }

    /// <summary>
    /// Writes the file that the references name: a video, which a program that follows them would play. Linux records the access time of
    /// the first read after a write.
    /// </summary>
    private void WriteNeighbour()
    {
        File.WriteAllBytes(Neighbour, GoodFiles.Ffmpeg("ts", "testsrc2=s=64x64:r=10:d=1"));
        File.SetLastAccessTimeUtc(Neighbour, DateTime.UtcNow.AddDays(-2));
    }

    private static bool IsGoodPhoto(HostileFile file) => file.Ends == Ending.Done && file.Name.EndsWith(".jpg", StringComparison.Ordinal);

    /// <param name="limit">Setting below <c>Media:Limits</c>, such as <c>Pixels=1000</c>, or empty.</param>
    private ServiceProvider Service(string limit = "") => new ServiceCollection()
        .AddLogging()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Media:ScratchDirectory", _scratch),
            new("Media:Hosts", Invariant(Workers)),
            new("Media:Sandbox", sandbox.ToString()),
            new("Media:Limits:MemoryBytes", "900000000"),
            new("Media:Limits:OutputBytes", "100000000"),
            new("Media:Limits:CpuSeconds", "5"),
            new("Media:Limits:WallSeconds", Invariant(WallSeconds)),
            new("Media:Limits:Seconds", "300"),
        ])
        .AddInMemoryCollection(limit.Split('=') is [var name, var value] ? [new($"Media:Limits:{name}", value)] : [])
        .Build())
        .AddMedia()
        .AddSingleton<MediaRenderer>()
        .BuildServiceProvider();

    private static async Task<Outcome> SendAsync(ServiceProvider service, HostileFile file, string path)
    {
        var started = Stopwatch.GetTimestamp();
        var refusal = default(MediaException);
        var fault = default(string);
        try
        {
            await using var workspace = service.GetRequiredService<WorkspaceRoot>().Create();
            File.Copy(path, workspace.Input);
            var type = MediaSniffer.SniffFile(workspace.Input).Require();
            var (result, files) = await service.GetRequiredService<MediaRenderer>().RenderAsync(
                workspace, type, new ImageRequest(), CancellationToken.None);
            fault = files.Count == 0
                ? "no file was made"
                : files.Select(made => Verdict.OnFile(made)).Append(Verdict.OnResult(result)).FirstOrDefault(found => found is not null);
        }
        catch (MediaException failure)
        {
            refusal = failure;
            fault = Verdict.OnMessage(failure);
        }
        catch (Exception failure)
        {
            fault = $"ended with {failure}";
        }

        fault ??= Verdict.OnEnding(file.Ends, refusal);
        return new Outcome(
            file, refusal?.Code, refusal?.Permanent ?? false, refusal?.OwnerMessage, fault, Stopwatch.GetElapsedTime(started));
    }

    private static async Task<(int Width, int Height)> GoodAsync(ServiceProvider service, string path)
    {
        await using var workspace = service.GetRequiredService<WorkspaceRoot>().Create();
        File.Copy(path, workspace.Input);
        var (_, files) = await service.GetRequiredService<MediaRenderer>().RenderAsync(
            workspace, MediaType.Jpeg, new ImageRequest(), CancellationToken.None);
        var thumbnail = files.Single(file => file.Variant == "thumbnail");
        return (thumbnail.Width, thumbnail.Height);
    }

    /// <summary>Finds the running child processes of this process, by id and command.</summary>
    private static IEnumerable<string> Children() =>
        Directory.GetDirectories("/proc/self/task")
            .SelectMany(thread => Read($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(id => (Id: id, Command: Read($"/proc/{id}/comm").Trim()))
            .Where(child => child.Command.Length > 0)
            .Select(child => $"{child.Id} {child.Command}");

    /// <summary>Reads a file. Returns an empty text if the thread or process has ended meanwhile.</summary>
    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static long Status(string name) =>
        long.Parse(
            File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..]
                .Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    private static string Invariant(int number) => number.ToString(CultureInfo.InvariantCulture);
}
