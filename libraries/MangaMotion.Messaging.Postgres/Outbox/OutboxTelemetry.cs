using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>Activity source and meter of this library, both named <see cref="Name"/>.</summary>
public static class OutboxTelemetry
{
    public const string Name = "MangaMotion.Messaging.Postgres";

    private static readonly Meter Meter = new(Name);
    private static long _depth;
    private static double _lag;

    internal static ActivitySource Source { get; } = new(Name);

    internal static Counter<long> Delivered { get; } =
        Meter.CreateCounter<long>("outbox.delivered", "{message}", "Messages confirmed by the broker");

    internal static Counter<long> Failed { get; } =
        Meter.CreateCounter<long>("outbox.failed", "{message}", "Sends that failed and will be tried again");

    internal static Counter<long> Duplicates { get; } =
        Meter.CreateCounter<long>("inbox.duplicates", "{message}", "Deliveries recognised as already handled");

    internal static ObservableGauge<long> Depth { get; } =
        Meter.CreateObservableGauge("outbox.depth", () =>
            Volatile.Read(ref _depth), "{message}", "Messages due and not yet delivered, seconds ago");

    internal static ObservableGauge<double> Lag { get; } =
        Meter.CreateObservableGauge("outbox.lag", () => Volatile.Read(ref _lag), "s", "How long the oldest due message has been due");

    internal static void SetMeasurement(long depth, double lag)
    {
        Volatile.Write(ref _depth, depth);
        Volatile.Write(ref _lag, lag);
    }
}
