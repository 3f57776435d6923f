using Npgsql;

namespace MangaMotion.Ingest.Background.Removal;

/// <summary>Finds what goes with an ingest, an asset, a video or a hash.</summary>
internal sealed class RemovalQuery(NpgsqlDataSource database)
{
    private const string OfIngest =
        """
        select array[id], array(select j.id from jobs j where j.ingest_id = i.id and j.parent_id is null), '{}'::uuid[], '{}'::text[]
        from ingests i where i.id = @id and i.owner_id = @owner
        """;

    private const string OfAsset =
        """
        select '{}'::uuid[], array(select j.id from jobs j where j.ingest_id = a.ingest_id and j.asset_id = a.id), array[a.id], array[a.key]
        from assets a where a.id = @id and a.owner_id = @owner
        """;

    // The chapter goes too, unless another job uses it.
    private const string OfVideo =
        """
        select array(select i.id from ingests i where i.id = v.ingest_id
            and not exists (select from jobs o where o.ingest_id = i.id and o.parent_id is null and o.id <> v.id)),
          array[v.id], '{}'::uuid[], '{}'::text[]
        from jobs v where v.id = @id and v.owner_id = @owner and v.type = 'video'
        """;

    private const string OfHash =
        """
        with found as (select id, ingest_id, key from assets where sha256 = @hash and owner_id = any(@owners))
        select '{}'::uuid[],
          array(select j.id from jobs j join found f on j.ingest_id = f.ingest_id where j.asset_id = f.id or (j.type = 'video' and j.parent_id is null)),
          array(select id from found), array(select key from found),
          (select count(distinct j.id) from jobs j join found f on j.ingest_id = f.ingest_id where j.type = 'video' and j.parent_id is null)
        """;

    public Task<RemovalSet?> FindIngestAsync(Guid id, Guid owner, CancellationToken cancellationToken) => FindAsync(OfIngest, id, owner, cancellationToken);

    public Task<RemovalSet?> FindAssetAsync(Guid id, Guid owner, CancellationToken cancellationToken) => FindAsync(OfAsset, id, owner, cancellationToken);

    public Task<RemovalSet?> FindVideoAsync(Guid id, Guid owner, CancellationToken cancellationToken) => FindAsync(OfVideo, id, owner, cancellationToken);

    /// <summary>Finds the assets with a hash, their jobs, and the videos made of their ingests.</summary>
    public async Task<(RemovalSet Set, int Videos)> FindHashAsync(string sha256, Guid[] owners, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(OfHash);
        command.Parameters.Add(new NpgsqlParameter<string>("hash", sha256));
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("owners", owners));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (Read(row), (int)row.GetInt64(4));
    }

    private async Task<RemovalSet?> FindAsync(string sql, Guid id, Guid owner, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid>("id", id));
        command.Parameters.Add(new NpgsqlParameter<Guid>("owner", owner));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Read(row) : null;
    }

    private static RemovalSet Read(NpgsqlDataReader row) => new(
        row.GetFieldValue<Guid[]>(0), row.GetFieldValue<Guid[]>(1), row.GetFieldValue<Guid[]>(2), row.GetFieldValue<string[]>(3));
}
