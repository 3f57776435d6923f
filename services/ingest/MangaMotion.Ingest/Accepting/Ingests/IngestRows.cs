using System.Data;
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
        """
        insert into ingests (id, owner_id, collection, lane, params, not_before, callback_url)
        values (@ingest, @owner, @collection, @lane, @params::jsonb, @not_before, @callback_url)
        """;

    private const string InsertAssets =
        """
        insert into assets (id, ingest_id, owner_id, position, name, key, size, sha256, media_type)
        select id, @ingest, @owner, position, name, key, size, sha256, media_type
        from unnest(@ids, @positions, @names, @keys, @sizes, @sha256s, @media_types)
          as asset (id, position, name, key, size, sha256, media_type)
        """;

    private const string FilesOf =
        "select id, name, key, size, sha256, media_type from assets where ingest_id = @ingest and owner_id = @owner order by position";

    /// <summary>Creates the statements of the transaction that accepts the ingest.</summary>
    /// <exception cref="ProblemException">400: the callback's address is not allowed.</exception>
    public IEnumerable<NpgsqlBatchCommand> CreateInserts(
        Guid ingestId, Guid ownerId, IngestRequest fields, IReadOnlyList<UploadedFile> files)
    {
        callbacks.Check(fields.CallbackUrl);
        yield return CreateIngestInsert(ingestId, ownerId, fields);
        yield return CreateAssetsInsert(ingestId, ownerId, files);
        if (quotas.CreateUse(ownerId, files.Sum(file => file.Size)) is { } use)
            yield return use;
        if (UploadStore.CreateConsume(ownerId, files, ingestId) is { } consume)
            yield return consume;
    }

    /// <inheritdoc cref="VariantSets.WriteParamsAsync"/>
    public Task<string> WriteParamsAsync(IngestRequest fields, Guid owner, CancellationToken cancellationToken) =>
        variants.WriteParamsAsync(fields, owner, cancellationToken);

    /// <inheritdoc cref="VariantSets.ResolveAsync"/>
    public Task<string?> ResolveVariantsAsync(IngestRequest fields, Guid owner, Guid? source, CancellationToken cancellationToken) =>
        variants.ResolveAsync(fields, owner, source, cancellationToken);

    /// <summary>Reads the files of an ingest of the owner, in order.</summary>
    /// <exception cref="ProblemException">404: the owner has no such ingest.</exception>
    public async Task<List<UploadedFile>> FindFilesAsync(Guid ingest, Guid ownerId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FilesOf);
        command.Parameters.AddAll(new("ingest", ingest), new("owner", ownerId));
        var files = new List<UploadedFile>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            files.Add(new(
                row.GetGuid("id"), row.GetString("name"), row.GetString("key"), row.GetInt64("size"), row.GetString("sha256"),
                row.GetText("media_type")));
        }

        return files.Count > 0
            ? files
            : throw new ProblemException(404, "unknown_ingest", $"There is no ingest {ingest}, or it is not yours.");
    }

    /// <summary>
    /// Creates the statement that keeps the ingest of a chapter from being deleted until the transaction ends. If the ingest or one of the
    /// files is deleted already, it fails by <see cref="IsDeleted"/>, and the transaction with it.
    /// </summary>
    internal static NpgsqlBatchCommand CreateHoldChapter(Guid ingestId, List<UploadedFile> files) =>
        new("select hold_chapter(@ingest, @assets)")
        {
            Parameters = { new("ingest", ingestId), new("assets", files.Select(file => file.AssetId).ToArray()) },
        };

    internal static bool IsDeleted(PostgresException exception) => exception.SqlState == "MM404";

    private static NpgsqlBatchCommand CreateIngestInsert(Guid ingestId, Guid ownerId, IngestRequest fields) => new(InsertIngest)
    {
        Parameters =
        {
            new("ingest", ingestId),
            new("owner", ownerId),
            new("collection", (object?)fields.Collection ?? DBNull.Value),
            new("lane", fields.Lane.Name()),
            new("params", fields.Params),
            new("not_before", NpgsqlDbType.TimestampTz) { Value = (object?)fields.NotBefore ?? DBNull.Value },
            new("callback_url", (object?)fields.CallbackUrl?.AbsoluteUri ?? DBNull.Value),
        },
    };

    private static NpgsqlBatchCommand CreateAssetsInsert(Guid ingestId, Guid ownerId, IReadOnlyList<UploadedFile> files) =>
        new(InsertAssets)
        {
            Parameters =
        {
            new("ingest", ingestId),
            new("owner", ownerId),
            new("ids", files.Select(file => file.AssetId).ToArray()),
            new("positions", Enumerable.Range(0, files.Count).ToArray()),
            new("names", files.Select(file => file.Name).ToArray()),
            new("keys", files.Select(file => file.Key).ToArray()),
            new("sizes", files.Select(file => file.Size).ToArray()),
            new("sha256s", files.Select(file => file.Sha256).ToArray()),
            new("media_types", files.Select(file => file.MediaType).ToArray()),
        },
        };
}
