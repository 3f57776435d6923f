using System.Data;
using System.Security.Cryptography;
using System.Text;
using MangaMotion.Api;
using MangaMotion.Ingest.Accepting.Ingests;
using MangaMotion.Ingest.Api;
using MangaMotion.ServiceDefaults.Problems;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Ingest.Accepting.Uploads;

/// <summary>A file that a caller uploads before it is used in an ingest or a video.</summary>
/// <param name="Sha256">Lower-case hex; null if the caller did not send it.</param>
internal sealed record Upload(Guid Id, Guid OwnerId, string Name, string ContentType, long Size, string? Sha256, bool Consumed)
{
    public string Key => KeyOf(Id);

    /// <summary>Bytes of a resumable upload that are stored; null for an upload by a link.</summary>
    public long? Received { get; init; }

    /// <summary>Header <c>Upload-Metadata</c> of a resumable upload.</summary>
    public string? Metadata { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public static string KeyOf(Guid id) => $"uploads/{id:N}";
}

/// <summary>Part of a resumable upload.</summary>
/// <param name="Start">Offset in the file, in bytes.</param>
internal sealed record UploadPart(long Start, long Length, string Key);

/// <summary>The rows in <c>uploads</c> and <c>upload_parts</c>.</summary>
public sealed class UploadStore(NpgsqlDataSource database)
{
    private const string ListName = "uploads";

    private const string Insert =
        """
        insert into uploads (id, owner_id, key, name, content_type, size, sha256, token_sha256, link_until, expires_at, received, metadata)
        select @id, @owner, @key, @name, @content_type, @size, @sha256, @token_sha256, now() + @link_lifetime, now() + @lifetime,
          @received, @metadata
        where (select count(*) from uploads where owner_id = @owner and consumed_by is null) < @max
        returning link_until, expires_at
        """;

    private const string Columns =
        "id, owner_id, name, content_type, size, sha256, consumed_by is not null as consumed, received, metadata, expires_at";

    /// <summary>Appends parts. If the first part does not begin at the end of the upload, the statement changes nothing.</summary>
    private const string AppendSql =
        """
        with upload as (
            update uploads set received = received + (select sum(length) from unnest(@lengths) as part (length)),
                expires_at = greatest(expires_at, now() + @lifetime)
            where id = @id and received = @start and consumed_by is null and expires_at > now()
              and (select count(*) from upload_parts where upload_id = @id) < @max
            returning id, received, expires_at),
        added as (
            insert into upload_parts (upload_id, start, length, key)
            select upload.id, part.start, part.length, part.key
            from upload, unnest(@starts, @lengths, @keys) as part (start, length, key))
        select received, expires_at from upload
        """;

    private const string List =
        """
        select id, name, size, received, created_at, expires_at from uploads
        where owner_id = @owner and consumed_by is null and expires_at > now() and id < @before
        order by id desc limit @limit
        """;

    private static readonly string ExpireSql =
        WriteDelete("select id from uploads where expires_at < now() order by expires_at limit @count for update skip locked");

    private static readonly string TerminateSql =
        WriteDelete("select id from uploads where id = @id and owner_id = @owner and consumed_by is null");

    /// <summary>Inserts the upload, unless its owner has too many that are open.</summary>
    /// <param name="token">Secret of the upload's link.</param>
    /// <returns>Times at which link and upload expire, by the database's clock.</returns>
    /// <exception cref="ProblemException">429: the owner has too many open uploads.</exception>
    internal async Task<(DateTimeOffset Link, DateTimeOffset Upload)> AddAsync(
        Upload upload, string token, IngestOptions options, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Insert);
        command.Parameters.AddAll(
            new("id", upload.Id),
            new("owner", upload.OwnerId),
            new("key", upload.Key),
            new("name", upload.Name),
            new("content_type", upload.ContentType),
            new("size", upload.Size),
            new("sha256", NpgsqlDbType.Text) { Value = (object?)upload.Sha256 ?? DBNull.Value },
            new("token_sha256", Hash(token)),
            new("link_lifetime", options.UploadLinkLifetime),
            new("lifetime", options.UploadLifetime),
            new("max", options.MaxOpenUploads),
            new("received", NpgsqlDbType.Bigint) { Value = (object?)upload.Received ?? DBNull.Value },
            new("metadata", NpgsqlDbType.Text) { Value = (object?)upload.Metadata ?? DBNull.Value });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (await row.ReadAsync(cancellationToken))
            return (row.GetFieldValue<DateTimeOffset>("link_until"), row.GetFieldValue<DateTimeOffset>("expires_at"));
        throw new ProblemException(429, "too_many_uploads",
            $"You have {options.MaxOpenUploads} uploads that are not used in an ingest yet (Ingest__MaxOpenUploads). "
            + "Use or delete some, or wait until they expire.")
        {
            RetryAfter = TimeSpan.FromMinutes(1),
        };
    }

    /// <summary>Finds the upload of a link that has not expired.</summary>
    internal async Task<Upload?> FindByLinkAsync(Guid id, string token, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"select {Columns} from uploads where id = @id and token_sha256 = @token and link_until > now() and consumed_by is null");
        command.Parameters.AddAll(new("id", id), new("token", Hash(token)));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Read(row) : null;
    }

    /// <summary>Finds uploads of an owner that have not expired.</summary>
    internal async Task<Dictionary<Guid, Upload>> FindAsync(Guid ownerId, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"select {Columns} from uploads where id = any(@ids) and owner_id = @owner and expires_at > now()");
        command.Parameters.AddAll(new("ids", ids), new("owner", ownerId));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var uploads = new Dictionary<Guid, Upload>();
        while (await row.ReadAsync(cancellationToken))
            uploads.Add(row.GetGuid("id"), Read(row));
        return uploads;
    }

    /// <summary>Lists the open uploads of an owner, newest first.</summary>
    internal async Task<UploadList> ListAsync(Guid ownerId, string? pageToken, int pageSize, CancellationToken cancellationToken)
    {
        ListQuery.Check(pageSize, search: null);
        await using var command = database.CreateCommand(List);
        var before = PageToken.Read<Guid>(ListName, pageToken) ?? Guid.AllBitsSet;
        command.Parameters.AddAll(new("owner", ownerId), new("before", before), new("limit", pageSize + 1));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var uploads = new List<OpenUpload>();
        while (await row.ReadAsync(cancellationToken))
        {
            uploads.Add(new(
                row.GetGuid("id"), row.GetString("name"), row.GetInt64("size"), row.GetFieldValue<long?>("received"),
                row.GetFieldValue<DateTimeOffset>("created_at"), row.GetFieldValue<DateTimeOffset>("expires_at")));
        }

        return new(uploads) { NextPageToken = ListQuery.Cut(uploads, pageSize, upload => PageToken.Write(ListName, upload.UploadId)) };
    }

    /// <summary>Adds parts, without gap, at the end of a resumable upload.</summary>
    /// <param name="lifetime">Shortest time for which the upload is kept from now on.</param>
    /// <param name="maxParts">Largest number of parts of the upload.</param>
    /// <returns>The upload with its parts; null if it does not end where the first part begins, or is not open.</returns>
    internal async Task<Upload?> AppendAsync(
        Upload upload, IReadOnlyList<UploadPart> parts, TimeSpan lifetime, int maxParts, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(AppendSql);
        command.Parameters.AddAll(
            new("id", upload.Id),
            new("start", parts[0].Start),
            new("lifetime", lifetime),
            new("max", maxParts),
            new("starts", parts.Select(part => part.Start).ToArray()),
            new("lengths", parts.Select(part => part.Length).ToArray()),
            new("keys", parts.Select(part => part.Key).ToArray()));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? upload with { Received = row.GetInt64("received"), ExpiresAt = row.GetFieldValue<DateTimeOffset>("expires_at") }
            : null;
    }

    /// <summary>Lists the parts of a resumable upload in the order of the file.</summary>
    internal async Task<IReadOnlyList<UploadPart>> ListPartsAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select start, length, key from upload_parts where upload_id = @id order by start");
        command.Parameters.AddWithValue("id", id);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var parts = new List<UploadPart>();
        while (await row.ReadAsync(cancellationToken))
            parts.Add(new(row.GetInt64("start"), row.GetInt64("length"), row.GetString("key")));
        return parts;
    }

    /// <summary>
    /// Creates the statement that assigns the uploads of files to an ingest, for the transaction that accepts it. If one of them belongs to
    /// another ingest already, it fails by <see cref="IsConsumed"/>, and the transaction with it.
    /// </summary>
    /// <returns>Null if no file was an upload.</returns>
    internal static NpgsqlBatchCommand? CreateConsume(Guid ownerId, IEnumerable<UploadedFile> files, Guid ingestId)
    {
        var uploads = files.Select(file => file.UploadId).OfType<Guid>().ToArray();
        return uploads.Length == 0 ? null : new("select consume_uploads(@owner, @uploads, @ingest)")
        {
            Parameters = { new("owner", ownerId), new("uploads", uploads), new("ingest", ingestId) },
        };
    }

    internal static bool IsConsumed(PostgresException exception) => exception.SqlState == "MM410";

    internal static ProblemException Consumed(string which) =>
        new(409, "upload_consumed", $"{which} is used already. An upload can be used once.");

    /// <summary>Deletes expired uploads.</summary>
    /// <param name="count">Largest number of uploads.</param>
    /// <returns>The keys of their objects.</returns>
    public Task<IReadOnlyList<string>> ExpireAsync(int count, CancellationToken cancellationToken) =>
        DeleteAsync(ExpireSql, [new("count", count)], cancellationToken);

    /// <summary>Deletes an open upload of an owner.</summary>
    /// <returns>The keys of its objects; empty if the owner has no such upload.</returns>
    internal Task<IReadOnlyList<string>> TerminateAsync(Guid ownerId, Guid id, CancellationToken cancellationToken) =>
        DeleteAsync(TerminateSql, [new("id", id), new("owner", ownerId)], cancellationToken);

    private async Task<IReadOnlyList<string>> DeleteAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<string>();
        while (await row.ReadAsync(cancellationToken))
            keys.Add(row.GetString("key"));
        return keys;
    }

    /// <summary>Writes the statement that deletes uploads and returns the keys of their objects, those of the parts included.</summary>
    private static string WriteDelete(string ids) =>
        $"""
        with deleted as (delete from uploads where id in ({ids}) returning id, key)
        select key from deleted
        union all select p.key from upload_parts p join deleted on deleted.id = p.upload_id
        """;

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private static Upload Read(NpgsqlDataReader row) => new(
        row.GetGuid("id"), row.GetGuid("owner_id"), row.GetString("name"), row.GetString("content_type"), row.GetInt64("size"),
        row.GetText("sha256"), row.GetBoolean("consumed"))
    {
        Received = row.GetFieldValue<long?>("received"),
        Metadata = row.GetText("metadata"),
        ExpiresAt = row.GetFieldValue<DateTimeOffset>("expires_at"),
    };
}
