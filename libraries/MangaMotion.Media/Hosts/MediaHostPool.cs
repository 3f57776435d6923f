using System.Collections.Concurrent;
using System.Diagnostics;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Hosts;

/// <summary>
/// Host processes for every kind of job. They are started when first needed and kept, because a start takes longer than a picture. A
/// process that crashes, hangs, sends an invalid answer or grows is replaced. Its job fails, and the failure says whether the file is the
/// cause.
/// </summary>
public sealed class MediaHostPool(
    IOptions<MediaOptions> options, Sandbox sandbox, WorkspaceRoot workspaces, ILogger<MediaHostPool> log) : IAsyncDisposable
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(250);

    private readonly MediaLimits _limits = options.Value.Limits;
    private readonly SemaphoreSlim _free = new(options.Value.Hosts);
    private readonly ConcurrentStack<MediaHost> _idle = new();
    private readonly ConcurrentDictionary<MediaHost, bool> _all = new();
    private readonly CancellationTokenSource _closing = new();
    private int _slots;

    /// <summary>Ids of the processes that were started for the living hosts.</summary>
    internal IReadOnlyCollection<int> ProcessIds => [.. _all.Keys.Select(host => host.ProcessId)];

    /// <summary>Messages of the living hosts on stderr, each since its last job began.</summary>
    internal IReadOnlyCollection<string> Stderr => [.. _all.Keys.Select(host => host.Stderr)];

    /// <summary>Runs a job in a host process and collects its outputs before the process gets its next job.</summary>
    /// <param name="input">File on the file system of the workspaces. It is not moved or changed.</param>
    /// <param name="type">Type of the input.</param>
    /// <param name="collect">Builds the result from the answer and the output files, and checks both.</param>
    /// <exception cref="MediaException">
    /// The file is refused, or the host process failed; see <see cref="MediaException.Permanent"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">Canceled; the host process was killed.</exception>
    internal Task<TResult> RunJobAsync<TAnswer, TResult>(
        string input, MediaType type, HostJob<TAnswer> job, Func<TAnswer, HostOutput, TResult> collect, CancellationToken cancellationToken)
        where TAnswer : HostAnswer =>
        MediaTelemetry.RunAsync(job.Tool, activity => RunAsync(input, type, job, collect, activity, cancellationToken));

    /// <summary>Tests whether host processes start. The first one is kept for jobs; later ones are ended.</summary>
    /// <exception cref="ToolFailedException">The host process did not start.</exception>
    internal async Task TestStartAsync(CancellationToken cancellationToken)
    {
        using var canceled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        var first = _all.IsEmpty;
        var host = await StartAsync(FindLibrary(), forArchives: false, canceled.Token);
        if (first && !_closing.IsCancellationRequested)
            _idle.Push(host);
        else
            await EndAsync(host);
    }

    public async ValueTask DisposeAsync()
    {
        // Running jobs are canceled. When every place is free, no job holds a host process.
        await _closing.CancelAsync();
        for (var i = 0; i < options.Value.Hosts; i++)
            await _free.WaitAsync();
        foreach (var host in _all.Keys)
            await EndAsync(host);
        _closing.Dispose();
        _free.Dispose();
    }

    private async Task<TResult> RunAsync<TAnswer, TResult>(
        string input,
        MediaType type,
        HostJob<TAnswer> job,
        Func<TAnswer, HostOutput, TResult> collect,
        Activity? activity,
        CancellationToken cancellationToken)
        where TAnswer : HostAnswer
    {
        using var canceled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        await _free.WaitAsync(canceled.Token);
        try
        {
            // Archives need a large heap for a short time.
            var forArchives = type.Kind == MediaKind.Archive;
            var isForOneJob = forArchives || type == MediaType.Heic;
            var host = !isForOneJob && _idle.TryPop(out var kept) ? kept
                : await StartAsync(type == MediaType.Heic ? FindHeicLibrary() : FindLibrary(), forArchives, canceled.Token);
            var keep = false;
            var shown = Path.Combine(host.InDirectory, "input");
            try
            {
                // A hard link, not a copy: workspace and slot are on one file system. Several hosts may have the same input.
                Posix.Link(input, shown);
                var answer = await SendAsync(host, type, job, activity, canceled.Token);
                keep = answer is TAnswer or HostFailure;
                return answer switch
                {
                    TAnswer done => collect(done, new HostOutput(job.Tool, host.OutDirectory)),
                    HostFailure failure => throw HostFailures.CreateException(failure, job.Tool, type, _limits),
                    _ => throw new ToolFailedException(
                        job.Tool, $"the media host answered a {job.GetType().Name} with {answer.GetType().Name}"),
                };
            }
            finally
            {
                await ReturnAsync(host, keep && DeleteFiles(host), isForOneJob);
            }
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Finds libvips for HEIC. Because HEIC is rare and this library large, a host process is started for each picture.</summary>
    private static string FindHeicLibrary() =>
        VipsLibrary.ForHeic ?? throw new UnsupportedMediaException(
            "HEIC is not supported on this server; save the picture as JPEG.", "the system's libvips42 is not installed");

    private string FindLibrary() => VipsLibrary.Find(options.Value.Vips.Library, MediaHost.Folder);

    private async Task<MediaHost> StartAsync(string library, bool forArchives, CancellationToken cancellationToken)
    {
        var slot = Path.Combine(workspaces.Location, $"slot-{Interlocked.Increment(ref _slots)}");
        var host = await MediaHost.StartAsync(sandbox, options.Value, WorkspaceRoot.Create(slot), library, forArchives, cancellationToken);
        _all[host] = true;
        return host;
    }

    private async Task<HostAnswer> SendAsync(
        MediaHost host, MediaType type, HostJob job, Activity? activity, CancellationToken cancellationToken)
    {
        var (cpuBefore, started) = (host.Cpu, Stopwatch.GetTimestamp());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answering = host.SendAsync(job, stop.Token);
        try
        {
            // A process with one thread cannot use more processor time than wall time, so the first check is due after the limit.
            var interval = TimeSpan.FromSeconds(_limits.CpuSeconds);
            while (await Task.WhenAny(answering, Task.Delay(interval, stop.Token)) != answering)
            {
                cancellationToken.ThrowIfCancellationRequested();
                interval = WatchInterval;
                if (host.Cpu - cpuBefore >= TimeSpan.FromSeconds(_limits.CpuSeconds))
                    throw LimitExceeded.Cpu(_limits.CpuSeconds, type.Title, $"{job.Tool} on {type}");
                if (Stopwatch.GetElapsedTime(started) >= TimeSpan.FromSeconds(_limits.WallSeconds))
                {
                    throw new ToolFailedException(
                        job.Tool, $"no answer within {_limits.WallSeconds} s of wall time, below the limit of processor time");
                }
            }

            if (await answering is { } answer)
            {
                activity?.SetTag("media.host.jobs", host.Jobs);
                return answer;
            }
        }
        finally
        {
            await stop.CancelAsync();
        }

        var (signal, detail) = await host.EndAsync();
        throw this switch
        {
            _ when ToolErrors.IsNoThread(detail) =>
                new SandboxFailedException(job.Tool, $"the host process was refused a thread, {detail}"),
            _ when ToolErrors.IsNoMemory(detail) => LimitExceeded.Memory(_limits.MemoryBytes, type.Title, detail),
            _ => new ToolFailedException(job.Tool, $"the host process ended during the job, {detail}", signal),
        };
    }

    /// <summary>
    /// Deletes the job's files. Returns false if that fails, and the host process is not kept: it created a directory, which no job does,
    /// or its own directories are missing. No directory is entered, because the host process could replace it by a link.
    /// </summary>
    private static bool DeleteFiles(MediaHost host)
    {
        try
        {
            foreach (var left in Directory.EnumerateFileSystemEntries(host.OutDirectory).Append(Path.Combine(host.InDirectory, "input")))
                File.Delete(left);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private async Task ReturnAsync(MediaHost host, bool keep, bool isForOneJob)
    {
        var reason = this switch
        {
            _ when _closing.IsCancellationRequested => "shutdown",
            _ when !keep => "failed",
            _ when isForOneJob => "one_job",
            _ when host.Jobs >= options.Value.Vips.RecycleAfterJobs => "jobs",
            _ when host.ResidentBytes > options.Value.Vips.RecycleAboveBytes => "memory",
            _ => null,
        };
        if (reason is null)
        {
            _idle.Push(host);
            return;
        }

        if (reason == "failed")
            log.HostFailed(host.ProcessId, host.Jobs);
        MediaTelemetry.CountReplacedHost(reason);
        await EndAsync(host);
    }

    private async Task EndAsync(MediaHost host)
    {
        _all.TryRemove(host, out _);
        await host.DisposeAsync();
    }
}
