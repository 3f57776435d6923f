using System.Diagnostics.Metrics;
using MangaMotion.Jobs.Reconciling;
using Microsoft.Extensions.Hosting;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>The gauge <c>mangamotion.queue.messages</c>: ready messages of each queue of this service and of its <c>_error</c> queue.</summary>
internal sealed class QueueGauge : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly IQueueDepths _depths;
    private readonly BusQueues _queues;
    private readonly TimeProvider _clock;
    private readonly Meter _meter;
    private volatile IReadOnlyDictionary<string, long> _last = new Dictionary<string, long>(StringComparer.Ordinal);

    public QueueGauge(IQueueDepths depths, BusQueues queues, TimeProvider clock, IMeterFactory meters)
    {
        (_depths, _queues, _clock) = (depths, queues, clock);
        _meter = meters.Create("MangaMotion.ServiceDefaults");
        _meter.CreateObservableGauge("mangamotion.queue.messages", Measure, "{message}", "Messages that wait in a queue.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _clock);
        do
        {
            try
            {
                _last = await _depths.GetAsync(_queues.WithErrorQueues, stoppingToken);
            }
            catch (IOException)
            {
                // No figure is better than an old one; BrokerWatch has told of the outage.
                _last = new Dictionary<string, long>(StringComparer.Ordinal);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    private IEnumerable<Measurement<long>> Measure() =>
        _last.Select(queue => new Measurement<long>(queue.Value, new KeyValuePair<string, object?>("queue", queue.Key)));
}
