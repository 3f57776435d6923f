using Npgsql;

namespace MangaMotion.Ingest.Background.Expiry;

/// <summary>Deletes idempotency keys that have expired.</summary>
internal sealed class IdempotencyKeyExpiry(NpgsqlDataSource database, ILogger<IdempotencyKeyExpiry> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await using var command = database.CreateCommand("delete from idempotency_keys where expires_at < now()");
                    await command.ExecuteNonQueryAsync(stoppingToken);
                }
                catch (NpgsqlException exception)
                {
                    // An expired key counts for nothing; the next round comes by itself.
                    logger.LogDebug("Expired idempotency keys stay for now: {Reason}", exception.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }
}
