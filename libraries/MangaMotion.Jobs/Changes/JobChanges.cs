using System.Threading.Channels;
using MangaMotion.Contracts.Jobs.V1;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MangaMotion.Jobs.Changes;

/// <summary>
/// Tells everybody on the bus that jobs have changed: to be called after the commit. Calling costs nothing, waits for nothing
/// and cannot fail; what the broker does not take at once is forgotten, because listeners look at the rows from time to time anyway.
/// </summary>
public sealed class JobChanges(IBus bus, ILogger<JobChanges> logger) : BackgroundService
{
    /// <summary>The first change goes at once; those that follow within this time share one message.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _lock = new();
    private readonly HashSet<Guid> _ingests = [];
    private readonly HashSet<Guid> _jobs = [];
    private readonly Dictionary<Guid, JobProgress> _progress = [];

    /// <summary>The job's row was changed and committed.</summary>
    public void Announce(Guid jobId, Guid? ingestId)
    {
        lock (_lock)
            _ = ingestId is { } ingest ? _ingests.Add(ingest) : _jobs.Add(jobId);
        _signal.Writer.TryWrite(true);
    }

    /// <summary>How far a running job is; of many reports in a short time the last one is sent.</summary>
    /// <param name="stage">What it is doing, such as <c>voice_gen</c>.</param>
    /// <param name="progress">0 to 100, of the whole job; what is beyond is cut.</param>
    public void Report(Guid jobId, Guid? ingestId, string stage, int progress)
    {
        lock (_lock)
            _progress[jobId] = new() { JobId = jobId, IngestId = ingestId, Stage = stage, Progress = Math.Clamp(progress, 0, 100) };
        _signal.Writer.TryWrite(true);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _signal.Reader.ReadAsync(stoppingToken))
            {
                await PublishAsync(Take(), stoppingToken);
                await Task.Delay(Interval, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private JobsChanged Take()
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
        // Publishing waits as long as the broker is away.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await bus.Publish(message, publish => publish.Durable = false, patience.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogDebug("Changes of {Ingests} ingests were not published: {Reason}", message.IngestIds.Count, exception.Message);
        }
    }
}
