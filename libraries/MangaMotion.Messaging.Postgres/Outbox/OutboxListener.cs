using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>Listens for rows inserted by processes without a delivery service, on one connection per process.</summary>
internal sealed class OutboxListener(NpgsqlDataSource dataSource, OutboxSignal signal, ILogger<OutboxListener> logger) : BackgroundService
{
    /// <summary>Interval of a statement that detects a lost connection.</summary>
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var outage = new Outage(logger, dataSource, "listen for outbox messages");
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(outage, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                await outage.WaitAsync(exception, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                // The service is stopping.
            }
        }
    }

    private async Task ListenAsync(Outage outage, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, _) => signal.Set();
        await using var listen = new NpgsqlCommand("listen outbox", connection);
        await listen.ExecuteNonQueryAsync(cancellationToken);
        outage.EndOutage();
        // Rows may have been committed before this connection listened.
        signal.Set();
        await using var probe = new NpgsqlCommand("select", connection);
        while (true)
        {
            if (!await connection.WaitAsync(ProbeInterval, cancellationToken))
                await probe.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
