using MangaMotion.Messaging.Postgres;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Ingest.Background.Retention;

/// <summary>Deletes dead letters by age, open and closed ones; the copies in the error queues follow. What is being replayed stays.</summary>
internal sealed class DeadLetterPurge(NpgsqlDataSource database)
{
    private const int StepSize = 5_000;

    private const string Delete =
        """
        delete from failed_jobs where id in (
          select f.id from failed_jobs f
          where f.created_at < clock_timestamp() - $1 and ($2::uuid is null or f.owner_id = $2) and f.status <> 'REPLAYING'
            and not exists (select from replay_items i where i.dead_letter_id = f.id and i.status in ('WAITING', 'RELEASED'))
          order by f.created_at limit $3 for update of f skip locked)
        """;

    private const string DeleteBatches =
        """
        delete from replay_batches b where b.created_at < clock_timestamp() - $1 and b.status <> 'RELEASING'
          and not exists (select from replay_items i where i.batch_id = b.id and i.status = 'RELEASED')
        """;

    /// <summary>Those of one owner.</summary>
    /// <returns>How many were deleted.</returns>
    public Task<int> DeleteAsync(TimeSpan olderThan, Guid ownerId, CancellationToken cancellationToken) => DeleteAllAsync(olderThan, ownerId, cancellationToken);

    /// <summary>Those of all owners, and the records of old retries; by one instance at a time.</summary>
    /// <returns>How many dead letters were deleted.</returns>
    public async Task<int> RetainAsync(TimeSpan retention, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var claim = new NpgsqlCommand("select pg_try_advisory_xact_lock(hashtext('mangamotion.dead-letter-retention'))", connection, transaction);
        if (!(bool)(await claim.ExecuteScalarAsync(cancellationToken))!)
            return 0;
        var deleted = await DeleteAllAsync(retention, ownerId: null, cancellationToken);
        await using var batches = database.CreateCommand(DeleteBatches);
        batches.Parameters.Add(new() { Value = retention });
        await batches.ExecuteNonQueryAsync(cancellationToken);
        return deleted;
    }

    private async Task<int> DeleteAllAsync(TimeSpan olderThan, Guid? ownerId, CancellationToken cancellationToken)
    {
        for (var deleted = 0; ;)
        {
            await using var command = database.CreateCommand(Delete);
            command.Parameters.Add(new() { Value = olderThan });
            command.Parameters.Add(new() { Value = (object?)ownerId ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid });
            command.Parameters.Add(new() { Value = StepSize });
            var step = await command.ExecuteNonQueryAsync(cancellationToken);
            deleted += step;
            if (step < StepSize)
                return deleted;
        }
    }
}

/// <summary>Keeps dead letters no longer than <see cref="DeadLetterOptions.Retention"/>.</summary>
internal sealed class DeadLetterRetention(DeadLetterPurge purge, IOptions<DeadLetterOptions> options, ILogger<DeadLetterRetention> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.RetentionInterval);
        do
        {
            try
            {
                if (await purge.RetainAsync(options.Value.Retention, stoppingToken) is var deleted and > 0)
                    logger.LogInformation("Deleted {Count} dead letters older than {Retention} (DeadLetters__Retention)", deleted, options.Value.Retention);
            }
            catch (Exception exception) when (DatabaseOutage.Is(exception))
            {
                logger.LogDebug("Old dead letters not deleted, Postgres is away; the next round comes by itself: {Reason}", exception.Message);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Unheard, it would end the whole service.
                logger.LogError(exception, "Old dead letters could not be deleted");
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
