using System.Data;
using MangaMotion.Ingest.Accepting.Uploads;
using MangaMotion.Messaging.Postgres;
using MangaMotion.Storage;
using MangaMotion.Videos;
using Npgsql;

namespace MangaMotion.Ingest.Background.Orphans;

/// <summary>
/// Removes objects without a row: files of ingests that were never committed, derivatives and pages of deleted jobs, abandoned uploads,
/// and shots that no video uses. It touches only keys whose second segment is an id, or in <c>shots/</c> a hash. Other objects in the
/// store belong to other programs.
/// </summary>
internal sealed class OrphanSweep(NpgsqlDataSource database, IObjectStore store, UploadStore uploads, TimeProvider time)
{
    private const int BatchSize = 1_000;

    private static readonly string[] Prefixes = ["originals/", "processed/", "uploads/", VideoKeys.Videos, VideoKeys.Shots];

    private const string Orphans =
        """
        select key from unnest(@keys, @ids, @hashes) as object (key, id, hash)
        where not exists (select from ingests i where i.id = object.id)
          and not exists (select from jobs j where j.id = object.id)
          and not exists (select from uploads u where u.id = object.id)
          -- A part that an edit left out counts as well: the edit may be undone.
          and not exists (select from jobs part where part.parent_id is not null and part.params ->> 'hash' = object.hash)
        """;

    /// <summary>Makes one pass over the store, on one instance at a time.</summary>
    /// <returns>Number of removed objects; null if another instance makes a pass now.</returns>
    public Task<int?> SweepAsync(TimeSpan minAge, CancellationToken cancellationToken) =>
        database.RunExclusivelyAsync<int?>("orphan-sweep", token => SweepAllAsync(minAge, token), cancellationToken);

    /// <summary>Removes expired uploads that no ingest refers to.</summary>
    public async Task<int> ExpireUploadsAsync(CancellationToken cancellationToken)
    {
        var removed = 0;
        while (true)
        {
            // Rows before objects: a link must not outlive its row, and an object that stays is an orphan.
            var keys = await uploads.ExpireAsync(BatchSize, cancellationToken);
            if (keys.Count == 0)
                return removed;
            await store.DeleteAsync([.. keys], cancellationToken);
            removed += keys.Count;
        }
    }

    /// <summary>Removes objects of any age that have no row, below some prefixes.</summary>
    /// <returns>Number of removed objects.</returns>
    public Task<int> SweepAsync(IReadOnlyList<string> prefixes, CancellationToken cancellationToken) =>
        SweepAsync(prefixes, DateTimeOffset.MaxValue, cancellationToken);

    private async Task<int?> SweepAllAsync(TimeSpan minAge, CancellationToken cancellationToken) =>
        await SweepAsync(Prefixes, time.GetUtcNow() - minAge, cancellationToken);

    private async Task<int> SweepAsync(IReadOnlyList<string> prefixes, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var removed = 0;
        var batch = new List<Found>(BatchSize);
        foreach (var prefix in prefixes)
        {
            await foreach (var stored in store.ListAsync(prefix, cancellationToken))
            {
                if (stored.ModifiedAt >= before || Find(stored.Key) is not { } found)
                    continue;
                batch.Add(found);
                if (batch.Count == BatchSize)
                {
                    removed += await RemoveAsync(batch, cancellationToken);
                    batch.Clear();
                }
            }
        }

        return removed + await RemoveAsync(batch, cancellationToken);
    }

    private async Task<int> RemoveAsync(List<Found> batch, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
            return 0;
        await using var command = database.CreateCommand(Orphans);
        command.Parameters.AddAll(
            new("keys", batch.Select(found => found.Key).ToArray()),
            new("ids", batch.Select(found => found.Id).ToArray()),
            new("hashes", batch.Select(found => found.Hash).ToArray()));
        var orphans = new List<string>();
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
                orphans.Add(row.GetString("key"));
        }

        if (orphans.Count > 0)
            await store.DeleteAsync(orphans, cancellationToken);
        return orphans.Count;
    }

    private static Found? Find(string key) => key.Split('/') switch
    {
        [_, var id, ..] when Guid.TryParseExact(id, "N", out var parsed) => new(key, parsed, Hash: null),
        [_, { Length: 64 } hash, ..]
            when key.StartsWith(VideoKeys.Shots, StringComparison.Ordinal) && hash.All(char.IsAsciiHexDigitLower) =>
            new(key, Id: null, hash),
        _ => null,
    };

    /// <param name="Id">Id of the ingest, job or upload of the object.</param>
    /// <param name="Hash">Hash of the part of a video that made the object.</param>
    private sealed record Found(string Key, Guid? Id, string? Hash);
}
