using MangaMotion.Jobs.Notices;
using Microsoft.Extensions.Logging;

namespace MangaMotion.Jobs.Running;

/// <summary>
/// Whether this worker drains: running jobs finish, and it takes no others. The worker's row is the truth, which the heartbeat reads. A
/// notification makes the next heartbeat immediate.
/// </summary>
public sealed class WorkerDrain(ILogger<WorkerDrain> logger) : IDisposable
{
    /// <summary>Channel of the notifications. The payload is the id of the worker.</summary>
    public const string Channel = "worker_drain";

    private readonly Lock _lock = new();
    private CancellationTokenSource _takingJobs = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _draining;

    /// <summary>Canceled when the worker begins to drain.</summary>
    internal CancellationToken Begun
    {
        get
        {
            lock (_lock)
                return _takingJobs.Token;
        }
    }

    /// <summary>Wakes the heartbeat.</summary>
    internal WakeSignal Signal { get; } = new();

    /// <summary>Completes when the worker drains or, with false, when it takes jobs.</summary>
    public async Task UntilAsync(bool draining, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_draining == draining)
                    return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    public void Dispose() => _takingJobs.Dispose();

    /// <summary>Takes over the state that the heartbeat has read.</summary>
    internal void Set(bool draining)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (_draining == draining)
                return;
            _draining = draining;
            if (!draining)
            {
                _takingJobs.Dispose();
                _takingJobs = new();
            }

            (changed, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        if (draining)
        {
            logger.LogInformation("The worker drains: running jobs finish, and no other is taken.");
            _takingJobs.Cancel();
        }
        else
        {
            logger.LogInformation("The drain is lifted: the worker takes jobs.");
        }

        changed.SetResult();
    }
}
