using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>Measures the outbox for the gauges while somebody reads them.</summary>
internal sealed class OutboxGauge(NpgsqlDataSource dataSource, ILogger<OutboxGauge> logger) : BackgroundService
{
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
                // The delivery reports an outage; a gauge that stands still needs no second message.
                logger.LogDebug(exception, "Could not measure the outbox");
            }
        }
    }

    private async Task MeasureAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "SELECT count(*), coalesce(extract(epoch FROM now() - min(not_before)), 0)::float8 FROM outbox WHERE not_before <= now()");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        OutboxTelemetry.Observe(reader.GetInt64(0), reader.GetDouble(1));
    }
}
