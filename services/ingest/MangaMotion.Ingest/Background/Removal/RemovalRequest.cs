using System.Data;
using Npgsql;

namespace MangaMotion.Ingest.Background.Removal;

/// <summary>A request to remove an ingest, an asset, a video or the files with a hash.</summary>
/// <param name="lockSql">Statement that locks the ingests concerned. It is run before <paramref name="findSql"/>.</param>
/// <param name="findSql">Query of the <see cref="RemovalSet"/>; no row if there is nothing to remove.</param>
internal sealed class RemovalRequest(string lockSql, string findSql, Func<NpgsqlParameter[]> parameters)
{
    // Accepting a video holds the ingest of its chapter (hold_chapter), so the jobs found under this lock are all there will be.
    private const string ForUpdate = "order by id for update";

    public static RemovalRequest OfIngest(Guid id, Guid owner) => new(
        $"select from ingests where id = @id and owner_id = @owner {ForUpdate}",
        """
        select array[id] as ingests, array(select j.id from jobs j where j.ingest_id = i.id and j.parent_id is null) as jobs,
          '{}'::uuid[] as assets, '{}'::text[] as keys, 0::bigint as videos
        from ingests i where i.id = @id and i.owner_id = @owner
        """,
        () => OfOne(id, owner));

    public static RemovalRequest OfAsset(Guid id, Guid owner) => new(
        $"select from ingests where id = (select ingest_id from assets where id = @id and owner_id = @owner) {ForUpdate}",
        """
        select '{}'::uuid[] as ingests, array(select j.id from jobs j where j.ingest_id = a.ingest_id and j.asset_id = a.id) as jobs,
          array[a.id] as assets, array[a.key] as keys, 0::bigint as videos
        from assets a where a.id = @id and a.owner_id = @owner
        """,
        () => OfOne(id, owner));

    /// <summary>Selects a video, and its chapter unless another job uses it.</summary>
    public static RemovalRequest OfVideo(Guid id, Guid owner) => new(
        $"select from ingests where id = (select ingest_id from jobs where id = @id and owner_id = @owner) {ForUpdate}",
        """
        select array(select i.id from ingests i where i.id = v.ingest_id
            and not exists (select from jobs o where o.ingest_id = i.id and o.parent_id is null and o.id <> v.id)) as ingests,
          array[v.id] as jobs, '{}'::uuid[] as assets, '{}'::text[] as keys, 1::bigint as videos
        from jobs v where v.id = @id and v.owner_id = @owner and v.type = 'video'
        """,
        () => OfOne(id, owner));

    /// <summary>Selects the assets with a hash, their jobs, and the videos made of their ingests.</summary>
    public static RemovalRequest OfHash(string sha256, Guid[] owners) => new(
        $"select from ingests where id in (select ingest_id from assets where sha256 = @hash and owner_id = any(@owners)) {ForUpdate}",
        """
        with found as (select id, ingest_id, key from assets where sha256 = @hash and owner_id = any(@owners))
        select '{}'::uuid[] as ingests,
          array(select distinct j.id from jobs j join found f on j.ingest_id = f.ingest_id
            where j.asset_id = f.id or (j.type = 'video' and j.parent_id is null)) as jobs,
          array(select id from found) as assets, array(select key from found) as keys,
          (select count(distinct j.id) from jobs j join found f on j.ingest_id = f.ingest_id
            where j.type = 'video' and j.parent_id is null) as videos
        """,
        () => [new("hash", sha256), new("owners", owners)]);

    /// <summary>Finds the rows to remove; null without any. In a transaction, no job is added to them until it ends.</summary>
    public async Task<RemovalSet?> FindAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        if (transaction is not null)
        {
            await using var locking = CreateCommand(lockSql, connection, transaction);
            await locking.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var command = CreateCommand(findSql, connection, transaction);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new(
                row.GetFieldValue<Guid[]>("ingests"), row.GetFieldValue<Guid[]>("jobs"), row.GetFieldValue<Guid[]>("assets"),
                row.GetFieldValue<string[]>("keys"))
            {
                Videos = (int)row.GetInt64("videos"),
            }
            : null;
    }

    private NpgsqlCommand CreateCommand(string sql, NpgsqlConnection connection, NpgsqlTransaction? transaction)
    {
        var command = new NpgsqlCommand(sql, connection, transaction);
        command.Parameters.AddRange(parameters());
        return command;
    }

    private static NpgsqlParameter[] OfOne(Guid id, Guid owner) => [new("id", id), new("owner", owner)];
}
