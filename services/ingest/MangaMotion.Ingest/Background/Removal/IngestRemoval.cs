using MangaMotion.Jobs.Cancels;
using MangaMotion.RecordStore;
using MangaMotion.Storage;
using MangaMotion.Videos;
using Npgsql;

namespace MangaMotion.Ingest.Background.Removal;

/// <summary>What is removed together: the rows, in one transaction, then their objects.</summary>
/// <param name="Ingests">Ingests that go whole.</param>
/// <param name="Jobs">Jobs that go, with their parts, attempts, dead letters, records and videos.</param>
/// <param name="Assets">Assets that go although their ingest stays.</param>
/// <param name="Keys">Keys of the objects of those assets.</param>
internal sealed record RemovalSet(Guid[] Ingests, Guid[] Jobs, Guid[] Assets, string[] Keys);

/// <summary>
/// Removes rows first and their objects after: if the process ends between, the objects have no row and the orphan sweep finds them.
/// Running jobs are canceled before, so that no worker commits a result.
/// </summary>
internal sealed class IngestRemoval(NpgsqlDataSource database, IObjectStore store, JobCancels cancels)
{
    // Deleting jobs fires jobs_counted_delete, which takes them out of the counts, and failed_jobs_deleted for their dead letters.
    private static readonly string[] Delete =
    [
        "delete from jobs where parent_id = any(@jobs)",
        // Also a job that was accepted after the set was read, such as a video of the ingest.
        "delete from jobs where id = any(@jobs) or ingest_id = any(@ingests)",
        "delete from assets where id = any(@assets)",
        "delete from job_count_changes where ingest_id = any(@ingests)",
        "delete from job_counts where ingest_id = any(@ingests)",
        "delete from ingests where id = any(@ingests)",
    ];

    /// <summary>Cancels the jobs that run or wait, then removes everything.</summary>
    public async Task RemoveAsync(RemovalSet set, CancellationToken cancellationToken)
    {
        foreach (var job in set.Jobs)
            await cancels.CancelAsync(job, cancellationToken);
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            await DeleteRowsAsync(connection, transaction, set, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        await DeleteObjectsAsync(store, set, cancellationToken);
    }

    public static async Task DeleteRowsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, RemovalSet set, CancellationToken cancellationToken)
    {
        await RecordDeletion.DeleteAsync(connection, transaction, set.Jobs, cancellationToken);
        foreach (var sql in Delete)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction)
            {
                Parameters =
                {
                    new NpgsqlParameter<Guid[]>("jobs", set.Jobs),
                    new NpgsqlParameter<Guid[]>("assets", set.Assets),
                    new NpgsqlParameter<Guid[]>("ingests", set.Ingests),
                },
            };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public static async Task DeleteObjectsAsync(IObjectStore store, RemovalSet set, CancellationToken cancellationToken)
    {
        if (set.Keys.Length > 0)
            await store.DeleteAsync(set.Keys, cancellationToken);
        foreach (var ingest in set.Ingests)
            await DeletePrefixAsync(store, $"originals/{ingest:N}/", cancellationToken);
        foreach (var job in set.Jobs)
        {
            await DeletePrefixAsync(store, $"processed/{job:N}/", cancellationToken);
            await DeletePrefixAsync(store, VideoKeys.Prefix(job), cancellationToken);
        }
    }

    private static async Task DeletePrefixAsync(IObjectStore store, string prefix, CancellationToken cancellationToken)
    {
        var keys = await store.ListAsync(prefix, cancellationToken).Select(found => found.Key).ToListAsync(cancellationToken);
        if (keys.Count > 0)
            await store.DeleteAsync(keys, cancellationToken);
    }
}
