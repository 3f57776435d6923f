using MangaMotion.Ingest.Uploads;
using MangaMotion.Storage;
using Npgsql;

namespace MangaMotion.Ingest.Orphans;

/// <summary>
/// Removes objects that belong to nothing: files of ingests that were never committed, derivatives of jobs that are gone,
/// uploads that were abandoned. Only keys whose second segment is an id of ours are looked at; whatever else is in the store
/// is somebody else's.
/// </summary>
internal sealed class OrphanSweep(NpgsqlDataSource database, IObjectStore store, UploadStore uploads, TimeProvider time)
{
    private const int BatchSize = 1_000;

    private static readonly string[] Prefixes = ["originals/", "processed/", "uploads/"];

    private const string Orphans =
        """
        select key from unnest($1::text[], $2::uuid[]) as object (key, id)
        where not exists (select from ingests i where i.id = object.id)
          and not exists (select from jobs j where j.id = object.id)
          and not exists (select from uploads u where u.id = object.id)
        """;

    /// <summary>One pass over the store; it is done by whoever has the lock.</summary>
    /// <returns>How many objects were removed; null where another instance is at it.</returns>
    public async Task<int?> SweepAsync(TimeSpan minAge, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var turn = new NpgsqlCommand("select pg_try_advisory_xact_lock(hashtext('mangamotion.orphan-sweep'))", connection, transaction);
        if (!(bool)(await turn.ExecuteScalarAsync(cancellationToken))!)
            return null;

        var removed = 0;
        foreach (var prefix in Prefixes)
            removed += await SweepAsync(prefix, time.GetUtcNow() - minAge, cancellationToken);
        return removed;
    }

    /// <summary>Removes uploads that nobody handed in.</summary>
    public async Task<int> ExpireUploadsAsync(CancellationToken cancellationToken)
    {
        var removed = 0;
        while (true)
        {
            // The rows first: a link must not outlive them, and an object that stays is an orphan.
            var keys = await uploads.ExpireAsync(BatchSize, cancellationToken);
            if (keys.Count == 0)
                return removed;
            await store.DeleteAsync([.. keys], cancellationToken);
            removed += keys.Count;
        }
    }

    private async Task<int> SweepAsync(string prefix, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var removed = 0;
        var batch = new List<(string Key, Guid Id)>(BatchSize);
        await foreach (var found in store.ListAsync(prefix, cancellationToken))
        {
            if (found.ModifiedAt >= before || IdOf(found.Key) is not { } id)
                continue;
            batch.Add((found.Key, id));
            if (batch.Count == BatchSize)
            {
                removed += await RemoveAsync(batch, cancellationToken);
                batch.Clear();
            }
        }

        return removed + await RemoveAsync(batch, cancellationToken);
    }

    private async Task<int> RemoveAsync(List<(string Key, Guid Id)> batch, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
            return 0;
        await using var command = database.CreateCommand(Orphans);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. batch.Select(found => found.Key)] });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. batch.Select(found => found.Id)] });
        var orphans = new List<string>();
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
                orphans.Add(row.GetString(0));
        }

        if (orphans.Count > 0)
            await store.DeleteAsync(orphans, cancellationToken);
        return orphans.Count;
    }

    private static Guid? IdOf(string key) =>
        key.Split('/') is [_, var id, ..] && Guid.TryParseExact(id, "N", out var parsed) ? parsed : null;
}
