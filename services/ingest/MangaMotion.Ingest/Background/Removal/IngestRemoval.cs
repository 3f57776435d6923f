using MangaMotion.Ingest.Keys;
using MangaMotion.Jobs.Cancels;
using MangaMotion.RecordStore;
using MangaMotion.Videos;
using Npgsql;

namespace MangaMotion.Ingest.Background.Removal;

/// <summary>
/// Removes rows, and writes the audit row and the removal of their objects, in one transaction. Objects are removed after it. Running
/// jobs are canceled before it, so that workers stop.
/// </summary>
internal sealed class IngestRemoval(NpgsqlDataSource database, ObjectRemovals objects, JobCancels cancels)
{
    // A job is locked before its parts, as in every transition.
    // Deleting jobs fires jobs_counted_delete, which takes them out of the counts, and failed_jobs_deleted for their dead letters.
    private static readonly string[] Delete =
    [
        "select from jobs where id = any(@jobs) order by id for update",
        "delete from jobs where parent_id = any(@jobs)",
        "delete from jobs where id = any(@jobs)",
        "delete from assets where id = any(@assets)",
        "delete from job_count_changes where ingest_id = any(@ingests)",
        "delete from job_counts where ingest_id = any(@ingests)",
        "delete from ingests where id = any(@ingests)",
    ];

    /// <summary>Removes the rows of a request. The removal continues if the caller disconnects.</summary>
    /// <param name="audit">Creates the audit row from the removed rows.</param>
    /// <returns>The removed rows; null if there is nothing to remove.</returns>
    public async Task<RemovalSet?> RemoveAsync(RemovalRequest request, Func<RemovalSet, AuditRow> audit)
    {
        await using var connection = await database.OpenConnectionAsync(CancellationToken.None);
        if (await request.FindAsync(connection, transaction: null, CancellationToken.None) is not { } running)
            return null;
        foreach (var job in running.Jobs)
            await cancels.CancelAsync(job, CancellationToken.None);

        await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
        if (await request.FindAsync(connection, transaction, CancellationToken.None) is not { } set)
            return null;
        var removal = await DeleteRowsAsync(connection, transaction, set, CancellationToken.None);
        await AuditLog.AddAsync(connection, transaction, audit(set), CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        await objects.TryRemoveAsync(removal);
        return set;
    }

    /// <summary>Deletes the rows of a set in a transaction that holds its ingests.</summary>
    /// <returns>The removal of their objects, to be done after the commit.</returns>
    public static async Task<ObjectRemoval> DeleteRowsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, RemovalSet set, CancellationToken cancellationToken)
    {
        var removal = await ObjectRemovals.AddAsync(connection, transaction, set, cancellationToken);
        await VideoDeletion.LockAsync(connection, transaction, set.Jobs, cancellationToken);
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

        return removal;
    }
}
