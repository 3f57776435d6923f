using System.Diagnostics.Metrics;
using MangaMotion.Jobs.Notices;
using MangaMotion.Jobs.Reconciling;
using Microsoft.Extensions.Hosting;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>
/// Gauge <c>mangamotion.queue.messages</c>: ready messages of each queue of this service and of its <c>_error</c> queue. The queues are
/// measured only while the gauge is read: each reading asks for the next measurement, at most one every 10 s.
/// </summary>
internal sealed class QueueGauge : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Age above which a figure is not reported. It exceeds the usual scrape interval of one minute.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(2);

    private readonly IQueueDepths _depths;
    private readonly BusQueues _queues;
    private readonly TimeProvider _clock;
    private readonly Meter _meter;
    private readonly WakeSignal _read = new();
    private volatile Measured _last = new([], 0);

    public QueueGauge(IQueueDepths depths, BusQueues queues, TimeProvider clock, IMeterFactory meters)
    {
        (_depths, _queues, _clock) = (depths, queues, clock);
        _meter = meters.Create("MangaMotion.ServiceDefaults");
        _meter.CreateObservableGauge("mangamotion.queue.messages", Report, "{message}", "Messages that wait in a queue.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _clock);
        do
        {
            _last = await MeasureAsync(stoppingToken);
            await _read.WaitAsync(Timeout.InfiniteTimeSpan, stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    private async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        try
        {
            var depths = await _depths.GetAsync(_queues.WithErrorQueues, cancellationToken);
            return new(
                [.. depths.Select(queue => new Measurement<long>(queue.Value, new KeyValuePair<string, object?>("queue", queue.Key)))],
                _clock.GetTimestamp());
        }
        catch (IOException)
        {
            // An old figure would be wrong. BrokerWatch logs the outage.
            return new([], 0);
        }
    }

    private IReadOnlyList<Measurement<long>> Report()
    {
        _read.Set();
        var last = _last;
        return _clock.GetElapsedTime(last.At) <= MaxAge ? last.Depths : [];
    }

    private sealed record Measured(IReadOnlyList<Measurement<long>> Depths, long At);
}
