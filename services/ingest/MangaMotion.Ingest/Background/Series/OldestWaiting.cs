using System.Data;
using System.Diagnostics.Metrics;
using MangaMotion.Ingest.Reading.Operations;
using MangaMotion.Messaging.Postgres;
using Npgsql;

namespace MangaMotion.Ingest.Background.Series;

/// <summary>
/// Gauge <c>mangamotion.jobs.oldest_waiting</c>: time for which the oldest waiting job of each type has waited for a worker. Every instance
/// measures it. Jobs whose <c>not_before</c> lies ahead do not wait.
/// </summary>
internal sealed class OldestWaiting : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    /// <summary>Age above which a measurement is not reported, because it would hide an outage of the database.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(2);

    /// <summary>Query of <c>since</c>, the time since which the oldest job of the type <c>sampled.type</c> has waited.</summary>
    internal const string SinceSql =
        """
        select greatest(updated_at, not_before) as since from jobs
        where status = 'UPLOADED' and type = sampled.type and (not_before is null or not_before <= now())
        order by updated_at limit 1
        """;

    private const string MeasureSql =
        $"""
        select sampled.type, coalesce(extract(epoch from now() - oldest.since), 0)::float8 as seconds
        from unnest(@types) as sampled (type) left join lateral ({SinceSql}) oldest on true
        """;

    private readonly NpgsqlDataSource _database;
    private readonly string[] _types;
    private readonly TimeProvider _clock;
    private readonly ILogger<OldestWaiting> _logger;
    private readonly Meter _meter;
    private volatile Measured _last = new([], 0);

    public OldestWaiting(
        NpgsqlDataSource database, QueueQuery queues, TimeProvider clock, IMeterFactory meters, ILogger<OldestWaiting> logger)
    {
        (_database, _clock, _logger) = (database, clock, logger);
        _types = [.. queues.Types.Select(type => type.Name)];
        _meter = meters.Create("MangaMotion.Ingest");
        _meter.CreateObservableGauge(
            "mangamotion.jobs.oldest_waiting", Report, "s", "Time for which the oldest waiting job of a type has waited.");
    }

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    /// <summary>Measures all types. The gauge reports the measurement for two minutes.</summary>
    internal async Task MeasureAsync(CancellationToken cancellationToken)
    {
        var measurements = new List<Measurement<double>>();
        await using var command = _database.CreateCommand(MeasureSql);
        command.Parameters.Add(new NpgsqlParameter<string[]>("types", _types));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            measurements.Add(new(row.GetDouble("seconds"), new KeyValuePair<string, object?>("type", row.GetString("type"))));
        _last = new(measurements, _clock.GetTimestamp());
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        BackgroundRounds.RepeatAsync("oldest-waiting", Interval, MeasureAsync, _logger, stoppingToken);

    private IReadOnlyList<Measurement<double>> Report()
    {
        var last = _last;
        return _clock.GetElapsedTime(last.At) <= MaxAge ? last.Seconds : [];
    }

    private sealed record Measured(IReadOnlyList<Measurement<double>> Seconds, long At);
}
