using System.Diagnostics;
using MangaMotion.Jobs.Failures;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MangaMotion.Jobs.Running;

/// <summary>
/// Holds a worker while a shared server is away: it takes no job, and an attempt that fails does not count. A failed attempt starts the
/// probing, so a worker without trouble probes nothing. After <see cref="OutageOptions.HoldAtMost"/> jobs run and attempts count again.
/// </summary>
internal sealed class OutageHold(
    IEnumerable<ISharedServers> servers, JobShutdown shutdown, IOptions<OutageOptions> options, ILogger<OutageHold> logger)
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);

    private readonly ISharedServers? _servers = servers.FirstOrDefault();
    private readonly Lock _lock = new();
    private Task _watch = Task.CompletedTask;
    private TaskCompletionSource? _end;

    /// <summary>Longest time for which the attempts of one job stay uncounted, however often the servers come and go meanwhile.</summary>
    public TimeSpan HoldAtMost => options.Value.HoldAtMost;

    /// <summary>True while the worker takes no job.</summary>
    public bool IsHolding
    {
        get
        {
            lock (_lock)
                return _end is not null;
        }
    }

    /// <summary>Completes when the hold ends; at once without one.</summary>
    public Task UntilEndAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            return _end is null ? Task.CompletedTask : _end.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Decides after a failed attempt whether it was the fault of a server that is away. If so, the hold begins.</summary>
    public async Task<bool> IsOutageAsync()
    {
        if (_servers is null || options.Value.HoldAtMost == TimeSpan.Zero)
            return false;
        lock (_lock)
        {
            if (_end is not null)
                return true;

            // The outage has lasted longer than the hold.
            if (!_watch.IsCompleted)
                return false;
        }

        if (await _servers.FindAwayAsync(shutdown.Abandon) is not { } server)
            return false;
        lock (_lock)
        {
            if (_end is null && _watch.IsCompleted)
            {
                _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
                _watch = Task.Run(() => WatchAsync(server));
            }

            return _end is not null;
        }
    }

    private async Task WatchAsync(string server)
    {
        logger.LogWarning(
            "Server {Server} is away. Taking no jobs and counting no attempts for at most {HoldAtMost} (Outage__HoldAtMost).",
            server, options.Value.HoldAtMost);
        var started = Stopwatch.GetTimestamp();
        try
        {
            do
            {
                await Task.Delay(ProbeInterval, shutdown.NoNewWork);
                if (IsHolding && Stopwatch.GetElapsedTime(started) >= options.Value.HoldAtMost)
                {
                    logger.LogWarning("Server {Server} is still away. Taking jobs again; their attempts count.", server);
                    End();
                }
            }
            while (await _servers!.FindAwayAsync(shutdown.NoNewWork) is not null);
            logger.LogInformation(
                "Server {Server} answers again after {Seconds:F1} s. Taking jobs.", server, Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        catch (OperationCanceledException) when (shutdown.NoNewWork.IsCancellationRequested)
        {
            // The worker stops.
        }
        finally
        {
            End();
        }
    }

    private void End()
    {
        TaskCompletionSource? end;
        lock (_lock)
            (end, _end) = (_end, null);
        end?.SetResult();
    }
}
