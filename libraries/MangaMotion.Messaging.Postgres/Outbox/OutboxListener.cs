using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>One connection per process that listens for rows inserted by processes that do not deliver themselves.</summary>
internal sealed class OutboxListener(NpgsqlDataSource dataSource, OutboxSignal signal, ILogger<OutboxListener> logger) : BackgroundService
{
    // A server that vanished without a word is noticed by the next probe.
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
                // Stopping.
            }
        }
    }

    private async Task ListenAsync(Outage outage, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, _) => signal.Set();
        await using var listen = new NpgsqlCommand("LISTEN outbox", connection);
        await listen.ExecuteNonQueryAsync(cancellationToken);
        outage.Over();
        // What was committed while nobody listened.
        signal.Set();
        await using var probe = new NpgsqlCommand("SELECT", connection);
        while (true)
        {
            if (!await connection.WaitAsync(ProbeInterval, cancellationToken))
                await probe.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
