using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>Measures the outbox while a listener reads its gauges.</summary>
internal sealed class OutboxGauge(NpgsqlDataSource dataSource, ILogger<OutboxGauge> logger) : BackgroundService
{
    private const string MeasureText =
        """
        select count(*) as depth, coalesce(extract(epoch from now() - min(not_before)), 0)::float8 as lag
        from outbox where not_before <= now()
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (!OutboxTelemetry.Depth.Enabled && !OutboxTelemetry.Lag.Enabled)
                continue;
            try
            {
                await MeasureAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // The delivery service logs an outage, so this line is for debugging only.
                logger.LogOutboxNotMeasured(exception);
            }
        }
    }

    private async Task MeasureAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(MeasureText);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        OutboxTelemetry.SetMeasurement(reader.GetInt64(reader.GetOrdinal("depth")), reader.GetDouble(reader.GetOrdinal("lag")));
    }
}
