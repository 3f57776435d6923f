using MangaMotion.Messaging.Postgres;
using Npgsql;

namespace MangaMotion.Ingest.Background.Expiry;

/// <summary>Deletes expired idempotency keys. A key that stays has no effect.</summary>
internal sealed class IdempotencyKeyExpiry(NpgsqlDataSource database, ILogger<IdempotencyKeyExpiry> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        BackgroundRounds.RepeatAsync("idempotency-key-expiry", Interval, DeleteExpiredAsync, logger, stoppingToken);

    private async Task DeleteExpiredAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("delete from idempotency_keys where expires_at < now()");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
