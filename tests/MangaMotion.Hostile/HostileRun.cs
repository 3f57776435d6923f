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

/// <summary>The outcome of one file.</summary>
/// <param name="Code">The code of the refusal; null if pictures were made.</param>
/// <param name="Complaint">What is wrong with the outcome; null for nothing.</param>
internal sealed record Outcome(HostileFile File, string? Code, bool Permanent, string? OwnerMessage, string? Complaint, TimeSpan Took);

/// <summary>Every hostile file, in the strongest sandbox that this machine allows.</summary>
public sealed class StrongestRun() : HostileRun(SandboxKind.Auto, every: 1);

/// <summary>Some of each kind of hostile file in the sandbox of default containers.</summary>
public sealed class LandlockRun() : HostileRun(SandboxKind.Landlock, every: 4);

/// <summary>A few hostile files with the seccomp filter alone.</summary>
public sealed class SeccompRun() : HostileRun(SandboxKind.Seccomp, every: 12);

/// <summary>A few hostile files without any sandbox but limits.</summary>
public sealed class UnconfinedRun() : HostileRun(SandboxKind.None, every: 12);

/// <summary>Sends hostile files once through the thumbnail service's own code: two workers in this process, small limits.</summary>
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

    /// <summary>Files of which a run with all has at least 120.</summary>
    public int LeastFiles => 120 / every;

    /// <summary>Wall time of every run of a tool and every picture.</summary>
    public IReadOnlyCollection<(string Tool, TimeSpan Took)> ToolRuns => _toolRuns;

    /// <summary>Resident bytes of this process before it got the first file.</summary>
    public long StartBytes { get; private set; }

    /// <summary>Most bytes that were resident in this process while it worked on the files.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>Whether the file that references name has been opened.</summary>
    public bool IsNeighbourRead { get; private set; }

    /// <summary>Size of the good picture's thumbnail that was asked for after all the hostile files.</summary>
    public (int Width, int Height) GoodThumbnail { get; private set; }

    /// <summary>Files and directories in the scratch space after the last job, the media children's slots aside.</summary>
    public IReadOnlyList<string> LeftByJobs { get; private set; } = [];

    /// <summary>The same after the service has stopped, slots included.</summary>
    public IReadOnlyList<string> LeftInScratch { get; private set; } = [];

    /// <summary>Children that live after the service has stopped.</summary>
    public IReadOnlyList<string> LivingChildren { get; private set; } = [];

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

        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true); // what making the files took does not count
        StartBytes = Status("VmRSS:") * 1024;
        await File.WriteAllTextAsync("/proc/self/clear_refs", "5"); // the peak starts anew
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
        LivingChildren = [.. Children().Except(childrenBefore)];
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

    /// <summary>Writes each file into a directory of its own, because of the names. The content is let go.</summary>
    private List<(HostileFile File, string Path)> WriteAll()
    {
        var files = new List<(HostileFile, string)>();
        WriteNeighbour();
        foreach (var (i, file) in HostileSet.Make(Neighbour).Index())
        {
            // One good photo is rendered after all others. References matter most where the sandbox is weakest.
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
    /// Writes the file that references name: a video, which a program that followed them would play. Linux notes when a file is read
    /// for the first time after it was written.
    /// </summary>
    private void WriteNeighbour()
    {
        File.WriteAllBytes(Neighbour, GoodFiles.Ffmpeg("ts", "testsrc2=s=64x64:r=10:d=1"));
        File.SetLastAccessTimeUtc(Neighbour, DateTime.UtcNow.AddDays(-2));
    }

    private static bool IsGoodPhoto(HostileFile file) => file.Ends == Ending.Done && file.Name.EndsWith(".jpg", StringComparison.Ordinal);

    /// <param name="limit">A setting below <c>Media:Limits</c>, such as <c>Pixels=1000</c>; empty for none.</param>
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
        var complaint = default(string);
        try
        {
            await using var workspace = service.GetRequiredService<WorkspaceRoot>().Create();
            File.Copy(path, workspace.Input);
            var type = MediaSniffer.SniffFile(workspace.Input).Require();
            var (result, files) = await service.GetRequiredService<MediaRenderer>().RenderAsync(workspace, type, new ImageRequest(), CancellationToken.None);
            complaint = files.Count == 0 ? "no file was made" : files.Select(made => Verdict.OnFile(made)).Append(Verdict.OnResult(result)).FirstOrDefault(found => found is not null);
        }
        catch (MediaException failure)
        {
            refusal = failure;
            complaint = Verdict.OnMessage(failure);
        }
        catch (Exception failure)
        {
            complaint = $"ended with {failure}";
        }

        complaint ??= Verdict.OnEnding(file.Ends, refusal);
        return new Outcome(file, refusal?.Code, refusal?.Permanent ?? false, refusal?.OwnerMessage, complaint, Stopwatch.GetElapsedTime(started));
    }

    private static async Task<(int Width, int Height)> GoodAsync(ServiceProvider service, string path)
    {
        await using var workspace = service.GetRequiredService<WorkspaceRoot>().Create();
        File.Copy(path, workspace.Input);
        var (_, files) = await service.GetRequiredService<MediaRenderer>().RenderAsync(workspace, MediaType.Jpeg, new ImageRequest(), CancellationToken.None);
        var thumbnail = files.Single(file => file.Variant == "thumbnail");
        return (thumbnail.Width, thumbnail.Height);
    }

    /// <summary>The living children of this process, by id and command.</summary>
    private static IEnumerable<string> Children() =>
        Directory.GetDirectories("/proc/self/task")
            .SelectMany(thread => Read($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(id => (Id: id, Command: Read($"/proc/{id}/comm").Trim()))
            .Where(child => child.Command.Length > 0)
            .Select(child => $"{child.Id} {child.Command}");

    /// <summary>Empty where the thread or process has ended meanwhile.</summary>
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
        long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    private static string Invariant(int number) => number.ToString(CultureInfo.InvariantCulture);
}
