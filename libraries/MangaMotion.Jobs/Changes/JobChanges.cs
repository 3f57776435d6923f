using MangaMotion.Contracts.Jobs.V1;
using MangaMotion.Jobs.Notices;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MangaMotion.Jobs.Changes;

/// <summary>
/// Publishes on the bus that jobs have changed; called after the commit. Calls return at once and cannot fail. A message that the broker
/// does not accept within 2 s is dropped, because listeners also read the rows from time to time.
/// </summary>
public sealed class JobChanges(IBus bus, ILogger<JobChanges> logger) : BackgroundService
{
    /// <summary>The first change is sent at once; further ones within this time share one message.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan PublishTimeout = TimeSpan.FromSeconds(2);

    private readonly WakeSignal _signal = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Guid> _ingests = [];
    private readonly HashSet<Guid> _jobs = [];
    private readonly Dictionary<Guid, JobProgress> _progress = [];

    /// <summary>Set at each announced change; <see cref="Counts.JobCountFolder"/> waits for it.</summary>
    internal WakeSignal Committed { get; } = new();

    /// <summary>Announces a committed change of the job's row.</summary>
    public void Announce(Guid jobId, Guid? ingestId)
    {
        lock (_lock)
            _ = ingestId is { } ingest ? _ingests.Add(ingest) : _jobs.Add(jobId);
        _signal.Set();
        Committed.Set();
    }

    /// <summary>Announces the progress of a running job. Of many reports within 100 ms the last one is sent.</summary>
    /// <param name="stage">Present stage, such as <c>voice_gen</c>.</param>
    /// <param name="progress">0 to 100 of the whole job; values outside are clamped.</param>
    public void Report(Guid jobId, Guid? ingestId, string stage, int progress)
    {
        lock (_lock)
            _progress[jobId] = new() { JobId = jobId, IngestId = ingestId, Stage = stage, Progress = Math.Clamp(progress, 0, 100) };
        _signal.Set();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await _signal.WaitAsync(Timeout.InfiniteTimeSpan, stoppingToken);
                await PublishAsync(TakeChanges(), stoppingToken);
                await Task.Delay(Interval, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private JobsChanged TakeChanges()
    {
        lock (_lock)
        {
            var message = new JobsChanged { IngestIds = [.. _ingests], JobIds = [.. _jobs], Progress = [.. _progress.Values] };
            _ingests.Clear();
            _jobs.Clear();
            _progress.Clear();
            return message;
        }
    }

    private async Task PublishAsync(JobsChanged message, CancellationToken cancellationToken)
    {
        // Without a time limit, publishing waits for the whole outage of a broker.
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(PublishTimeout);
        try
        {
            await bus.Publish(message, publish => publish.Durable = false, timeout.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogDebug("Changes of {Ingests} ingests were not published. Cause: {Reason}", message.IngestIds.Count, exception.Message);
        }
    }
}
