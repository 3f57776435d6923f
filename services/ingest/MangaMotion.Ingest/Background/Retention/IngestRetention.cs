using System.Data;
using MangaMotion.Ingest.Background.Removal;
using MangaMotion.Messaging.Postgres;
using Npgsql;

namespace MangaMotion.Ingest.Background.Retention;

/// <summary>
/// Removes ingests that were finished long ago: rows in one transaction for each batch, then their objects. An ingest is removed as a
/// whole, so the counters of the others stay correct. An ingest with stored records or an open dead letter stays.
/// </summary>
internal sealed class IngestRetention(NpgsqlDataSource database, ObjectRemovals objects)
{
    private const int BatchSize = 100;

    private const string Find =
        """
        select i.id from ingests i
        where i.created_at < now() - @age and i.id > @after and not exists (
          select from jobs j where j.ingest_id = i.id and (
            j.status in ('UPLOADED', 'PROCESSING') or j.finished_at > now() - @age or j.type = 'records'
            or exists (select from failed_jobs f where f.job_id = j.id and f.resolved_at is null)))
        order by i.id limit @limit
        """;

    // Accepting a video holds the ingest of its chapter, so no job is added after this statement.
    private const string LockIngests = "select from ingests where id = any(@ingests) order by id for update";

    // Replays lock the same rows: either this statement sees the replay, or the replay finds the job deleted.
    private const string LockJobs =
        """
        select id, ingest_id, status in ('UPLOADED', 'PROCESSING') as unfinished from jobs
        where ingest_id = any(@ingests) order by id for update
        """;

    /// <summary>Makes one pass over all ingests, on one instance at a time.</summary>
    /// <returns>Number of removed ingests.</returns>
    public Task<int> RetainAsync(TimeSpan age, CancellationToken cancellationToken) =>
        database.RunExclusivelyAsync("ingest-retention", token => RetainAllAsync(age, token), cancellationToken);

    private async Task<int> RetainAllAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        var removed = 0;
        for (var last = Guid.Empty; await FindAsync(age, last, cancellationToken) is { Count: > 0 } batch; last = batch[^1])
            removed += await RemoveAsync(batch, cancellationToken);
        return removed;
    }

    private async Task<List<Guid>> FindAsync(TimeSpan age, Guid after, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Find);
        command.Parameters.AddAll(new("age", age), new("after", after), new("limit", BatchSize));
        var found = new List<Guid>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            found.Add(row.GetGuid("id"));
        return found;
    }

    private async Task<int> RemoveAsync(List<Guid> batch, CancellationToken cancellationToken)
    {
        ObjectRemoval removal;
        var (ingests, jobs) = (batch.ToHashSet(), new List<(Guid Id, Guid Ingest)>());
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            await using (var locking = CreateLock(LockIngests))
                await locking.ExecuteNonQueryAsync(cancellationToken);
            await using (var command = CreateLock(LockJobs))
            await using (var row = await command.ExecuteReaderAsync(cancellationToken))
            {
                while (await row.ReadAsync(cancellationToken))
                {
                    jobs.Add((row.GetGuid("id"), row.GetGuid("ingest_id")));
                    if (row.GetBoolean("unfinished"))
                        ingests.Remove(row.GetGuid("ingest_id"));
                }
            }

            jobs.RemoveAll(job => !ingests.Contains(job.Ingest));
            removal = await IngestRemoval.DeleteRowsAsync(
                connection, transaction, new([.. ingests], [.. jobs.Select(job => job.Id)], [], []), cancellationToken);
            await transaction.CommitAsync(cancellationToken);

            NpgsqlCommand CreateLock(string sql) =>
                new(sql, connection, transaction) { Parameters = { new("ingests", batch.ToArray()) } };
        }

        await objects.TryRemoveAsync(removal);
        return ingests.Count;
    }
}
