using MangaMotion.Messaging.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Ingest.Background.Retention;

/// <summary>
/// Deletes dead letters by age, open and closed ones, except those that are being replayed. Their copies in the error queues follow.
/// </summary>
internal sealed class DeadLetterPurge(NpgsqlDataSource database)
{
    private const int StepSize = 5_000;

    // Fires failed_jobs_deleted for open dead letters, which has their copies removed from the error queues.
    private const string Delete =
        """
        delete from failed_jobs where id in (
          select f.id from failed_jobs f
          where f.created_at < clock_timestamp() - @age and (@owner is null or f.owner_id = @owner) and f.status <> 'REPLAYING'
            and not exists (select from replay_items i where i.dead_letter_id = f.id and i.status in ('WAITING', 'RELEASED'))
          order by f.created_at limit @limit for update of f skip locked)
        """;

    private const string DeleteBatches =
        """
        delete from replay_batches b where b.created_at < clock_timestamp() - @age and b.status <> 'RELEASING'
          and not exists (select from replay_items i where i.batch_id = b.id and i.status = 'RELEASED')
        """;

    /// <summary>Deletes old dead letters of one owner.</summary>
    /// <returns>Number of deleted dead letters.</returns>
    public Task<int> DeleteAsync(TimeSpan olderThan, Guid ownerId, CancellationToken cancellationToken) =>
        DeleteAllAsync(olderThan, ownerId, cancellationToken);

    /// <summary>Deletes old dead letters of all owners and old replay batches, on one instance at a time.</summary>
    /// <returns>Number of deleted dead letters.</returns>
    public Task<int> RetainAsync(TimeSpan retention, CancellationToken cancellationToken) =>
        database.RunExclusivelyAsync("dead-letter-retention", token => RetainAllAsync(retention, token), cancellationToken);

    private async Task<int> RetainAllAsync(TimeSpan retention, CancellationToken cancellationToken)
    {
        var deleted = await DeleteAllAsync(retention, ownerId: null, cancellationToken);
        await using var batches = database.CreateCommand(DeleteBatches);
        batches.Parameters.AddWithValue("age", retention);
        await batches.ExecuteNonQueryAsync(cancellationToken);
        return deleted;
    }

    private async Task<int> DeleteAllAsync(TimeSpan olderThan, Guid? ownerId, CancellationToken cancellationToken)
    {
        for (var deleted = 0; ;)
        {
            await using var command = database.CreateCommand(Delete);
            command.Parameters.AddAll(
                new("age", olderThan),
                new("owner", NpgsqlDbType.Uuid) { Value = (object?)ownerId ?? DBNull.Value },
                new("limit", StepSize));
            var step = await command.ExecuteNonQueryAsync(cancellationToken);
            deleted += step;
            if (step < StepSize)
                return deleted;
        }
    }
}
