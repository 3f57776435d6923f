using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>Measures the outbox while a listener reads its gauges.</summary>
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
                var state = await OutboxState.ReadAsync(dataSource, stoppingToken);
                OutboxTelemetry.SetMeasurement(state.Depth, state.Lag);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // The delivery service logs an outage, so this line is for debugging only.
                logger.LogOutboxNotMeasured(exception);
            }
        }
    }
}
