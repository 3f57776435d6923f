using System.Data;
using MangaMotion.Ingest.Background.Orphans;
using MangaMotion.Storage;
using MangaMotion.Videos;
using Npgsql;

namespace MangaMotion.Ingest.Background.Removal;

/// <summary>Objects of rows that were deleted together.</summary>
/// <param name="Keys">Keys that are removed.</param>
/// <param name="Prefixes">Prefixes below which objects that belong to no row are removed.</param>
internal sealed record ObjectRemoval(Guid Id, string[] Keys, string[] Prefixes);

/// <summary>
/// Removes the objects of deleted rows. The removal is written in the transaction that deletes the rows, so that an unavailable
/// store or a crash delays it and does not lose it.
/// </summary>
internal sealed class ObjectRemovals(NpgsqlDataSource database, IObjectStore store, OrphanSweep sweep, ILogger<ObjectRemovals> logger)
{
    private const int BatchSize = 100;

    /// <summary>Time that a request waits for its objects to be removed. Later removals are done in the background.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    // A speech or a segment is shared by all videos with the same hash; a draft belongs to one part.
    private const string FindShots =
        """
        select distinct name from (
          select params ->> 'hash' as name from jobs where parent_id = any(@jobs)
          union all select replace(id::text, '-', '') from jobs where parent_id = any(@jobs)) part
        where name is not null
        """;

    private const string Insert = "insert into object_removals (id, keys, prefixes) values (@id, @keys, @prefixes)";

    private const string List = "select id, keys, prefixes from object_removals order by created_at limit @limit";

    /// <summary>Writes the removal of the objects of a set, before its rows are deleted.</summary>
    public static async Task<ObjectRemoval> AddAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, RemovalSet set, CancellationToken cancellationToken)
    {
        var prefixes = set.Ingests.Select(ingest => $"originals/{ingest:N}/").ToList();
        foreach (var job in set.Jobs)
            prefixes.AddRange([$"processed/{job:N}/", VideoKeys.Prefix(job)]);
        await using (var command = new NpgsqlCommand(FindShots, connection, transaction))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid[]>("jobs", set.Jobs));
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
                prefixes.Add($"{VideoKeys.Shots}{row.GetString("name")}/");
        }

        var removal = new ObjectRemoval(Guid.CreateVersion7(), set.Keys, [.. prefixes]);
        await InsertAsync(connection, transaction, removal, cancellationToken);
        return removal;
    }

    /// <summary>
    /// Writes the removal of compositions that newer ones replaced. <see cref="RemoveOverdueAsync"/> removes their files.
    /// </summary>
    /// <param name="before">Only of videos that were finished before this time.</param>
    /// <returns>Number of files.</returns>
    public async Task<int> AddReplacedAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var keys = await OldCompositions.TakeAsync(connection, transaction, before, BatchSize, cancellationToken);
        if (keys.Count == 0)
            return 0;
        await InsertAsync(connection, transaction, new(Guid.CreateVersion7(), [.. keys], []), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return keys.Count;
    }

    /// <summary>Tries to remove the objects now. If that fails, <see cref="RemoveOverdueAsync"/> removes them.</summary>
    public async Task TryRemoveAsync(ObjectRemoval removal)
    {
        using var timeout = new CancellationTokenSource(RequestTimeout);
        try
        {
            await RemoveAsync(removal, timeout.Token);
        }
        catch (Exception exception)
        {
            logger.LogWarning(
                exception,
                "Rows deleted, their objects not removed yet (removal {Removal}). The removal is repeated every Sweep__UploadInterval.",
                removal.Id);
        }
    }

    /// <summary>Removes the objects of deleted rows that are still there, oldest first.</summary>
    /// <returns>Number of finished removals.</returns>
    public async Task<int> RemoveOverdueAsync(CancellationToken cancellationToken)
    {
        var removals = new List<ObjectRemoval>();
        await using (var command = database.CreateCommand(List))
        {
            command.Parameters.Add(new NpgsqlParameter<int>("limit", BatchSize));
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
                removals.Add(new(row.GetGuid("id"), row.GetFieldValue<string[]>("keys"), row.GetFieldValue<string[]>("prefixes")));
        }

        foreach (var removal in removals)
            await RemoveAsync(removal, cancellationToken);
        return removals.Count;
    }

    private static async Task InsertAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, ObjectRemoval removal, CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand(Insert, connection, transaction)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid>("id", removal.Id),
                new NpgsqlParameter<string[]>("keys", removal.Keys),
                new NpgsqlParameter<string[]>("prefixes", removal.Prefixes),
            },
        };
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task RemoveAsync(ObjectRemoval removal, CancellationToken cancellationToken)
    {
        if (removal.Keys.Length > 0)
            await store.DeleteAsync(removal.Keys, cancellationToken);
        await sweep.SweepAsync(removal.Prefixes, cancellationToken);
        await using var command = database.CreateCommand("delete from object_removals where id = @id");
        command.Parameters.Add(new NpgsqlParameter<Guid>("id", removal.Id));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
