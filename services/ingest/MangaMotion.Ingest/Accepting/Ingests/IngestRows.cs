using MangaMotion.Ingest.Accepting.Quotas;
using MangaMotion.Ingest.Accepting.Uploads;
using MangaMotion.Jobs;
using MangaMotion.ServiceDefaults.Problems;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>
/// The rows of an ingest and its assets, the parameters of its jobs, its bytes in the owner's usage if a quota counts them, and the uploads
/// that it consumes.
/// </summary>
public sealed class IngestRows(OwnerQuotas quotas, CallbackPolicy callbacks, VariantSets variants, NpgsqlDataSource database)
{
    // Fires ingests_callback, which inserts the first delivery of a webhook.
    private const string InsertIngest =
        "insert into ingests (id, owner_id, collection, lane, params, not_before, callback_url) values ($1, $2, $3, $4, $5::jsonb, $6, $7)";

    private const string InsertAssets =
        """
        insert into assets (id, ingest_id, owner_id, position, name, key, size, sha256, media_type)
        select id, $1, $2, position, name, key, size, sha256, media_type
        from unnest($3, $4, $5, $6, $7, $8, $9) as asset (id, position, name, key, size, sha256, media_type)
        """;

    private const string FilesOf =
        "select id, name, key, size, sha256, media_type from assets where ingest_id = $1 and owner_id = $2 order by position";

    public IEnumerable<NpgsqlBatchCommand> Insert(Guid ingestId, Guid ownerId, IngestRequest fields, IReadOnlyList<UploadedFile> files)
    {
        callbacks.Check(fields.CallbackUrl);
        yield return IngestRow(ingestId, ownerId, fields);
        yield return AssetRows(ingestId, ownerId, files);
        if (quotas.Use(ownerId, files.Sum(file => file.Size)) is { } use)
            yield return use;
        if (UploadStore.Consume(ownerId, files, ingestId) is { } consume)
            yield return consume;
    }

    /// <inheritdoc cref="VariantSets.WriteParamsAsync"/>
    public Task<string> WriteParamsAsync(IngestRequest fields, Guid owner, CancellationToken cancellationToken) =>
        variants.WriteParamsAsync(fields, owner, cancellationToken);

    /// <summary>Reads the files of an ingest of the owner, in order.</summary>
    /// <exception cref="ProblemException">404: the owner has no such ingest.</exception>
    public async Task<List<UploadedFile>> FindFilesAsync(Guid ingest, Guid ownerId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FilesOf);
        command.Parameters.Add(new() { Value = ingest });
        command.Parameters.Add(new() { Value = ownerId });
        var files = new List<UploadedFile>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            files.Add(new(
                row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetString(4),
                row.IsDBNull(5) ? null : row.GetString(5)));
        }

        return files.Count > 0
            ? files
            : throw new ProblemException(404, "unknown_ingest", $"There is no ingest {ingest}, or it is not yours.");
    }

    /// <summary>
    /// Keeps the ingest of a chapter from being deleted until the transaction ends. It fails by <see cref="IsDeleted"/>, and the
    /// transaction with it, if the ingest or one of the files is deleted.
    /// </summary>
    internal static NpgsqlBatchCommand HoldChapter(Guid ingestId, List<UploadedFile> files) => new("select hold_chapter($1, $2)")
    {
        Parameters =
        {
            new NpgsqlParameter<Guid> { TypedValue = ingestId },
            new NpgsqlParameter<Guid[]> { TypedValue = [.. files.Select(file => file.AssetId)] },
        },
    };

    internal static bool IsDeleted(PostgresException exception) => exception.SqlState == "MM404";

    private static NpgsqlBatchCommand IngestRow(Guid ingestId, Guid ownerId, IngestRequest fields) => new(InsertIngest)
    {
        Parameters =
        {
            new() { Value = ingestId },
            new() { Value = ownerId },
            new() { Value = (object?)fields.Collection ?? DBNull.Value },
            new() { Value = fields.Lane.Name() },
            new() { Value = fields.Params },
            new() { Value = (object?)fields.NotBefore ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new() { Value = (object?)fields.CallbackUrl?.AbsoluteUri ?? DBNull.Value },
        },
    };

    private static NpgsqlBatchCommand AssetRows(Guid ingestId, Guid ownerId, IReadOnlyList<UploadedFile> files) => new(InsertAssets)
    {
        Parameters =
        {
            new() { Value = ingestId },
            new() { Value = ownerId },
            new() { Value = files.Select(file => file.AssetId).ToArray() },
            new() { Value = Enumerable.Range(0, files.Count).ToArray() },
            new() { Value = files.Select(file => file.Name).ToArray() },
            new() { Value = files.Select(file => file.Key).ToArray() },
            new() { Value = files.Select(file => file.Size).ToArray() },
            new() { Value = files.Select(file => file.Sha256).ToArray() },
            new() { Value = files.Select(file => file.MediaType).ToArray() },
        },
    };
}
