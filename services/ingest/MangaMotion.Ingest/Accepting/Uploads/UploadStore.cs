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
        select $1, $2, $3, $4, $5, $6, $7, $8, now() + $9, now() + $10, $12, $13
        where (select count(*) from uploads where owner_id = $2 and consumed_by is null) < $11
        returning link_until, expires_at
        """;

    private const string Columns = "id, owner_id, name, content_type, size, sha256, consumed_by is not null, received, metadata, expires_at";

    /// <summary>Parts are added in the order of the file only: one that begins elsewhere than at the end changes nothing.</summary>
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
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = upload.Id });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = upload.OwnerId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = upload.Key });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = upload.Name });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = upload.ContentType });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = upload.Size });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)upload.Sha256 ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Hash(token) });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.UploadLinkLifetime });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.UploadLifetime });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = options.MaxOpenUploads });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)upload.Received ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)upload.Metadata ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (await row.ReadAsync(cancellationToken))
            return (row.GetFieldValue<DateTimeOffset>(0), row.GetFieldValue<DateTimeOffset>(1));
        throw new ProblemException(429, "too_many_uploads",
            $"You have {options.MaxOpenUploads} uploads that are not used in an ingest yet (Ingest__MaxOpenUploads). Use or delete some, or wait until they expire.")
        {
            RetryAfter = TimeSpan.FromMinutes(1),
        };
    }

    /// <summary>Finds the upload of a link that has not expired.</summary>
    internal async Task<Upload?> FindByLinkAsync(Guid id, string token, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"select {Columns} from uploads where id = $1 and token_sha256 = $2 and link_until > now() and consumed_by is null");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Hash(token) });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Read(row) : null;
    }

    /// <summary>Finds uploads of an owner that have not expired.</summary>
    internal async Task<Dictionary<Guid, Upload>> FindAsync(Guid ownerId, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {Columns} from uploads where id = any($1) and owner_id = $2 and expires_at > now()");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = ownerId });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var uploads = new Dictionary<Guid, Upload>();
        while (await row.ReadAsync(cancellationToken))
            uploads.Add(row.GetGuid(0), Read(row));
        return uploads;
    }

    /// <summary>Lists the open uploads of an owner, newest first.</summary>
    internal async Task<UploadList> ListAsync(Guid ownerId, string? pageToken, int pageSize, CancellationToken cancellationToken)
    {
        ListQuery.Check(pageSize, search: null);
        await using var command = database.CreateCommand(List);
        command.Parameters.Add(new NpgsqlParameter<Guid>("owner", ownerId));
        command.Parameters.Add(new NpgsqlParameter<Guid>("before", PageToken.Read<Guid>(ListName, pageToken) ?? Guid.AllBitsSet));
        command.Parameters.Add(new NpgsqlParameter<int>("limit", pageSize + 1));
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
    /// <param name="lifetime">Time for which the upload is kept at least.</param>
    /// <param name="maxParts">Number of parts from which on none is added.</param>
    /// <returns>The upload with its parts; null if it does not end where the first part begins, or is not open.</returns>
    internal async Task<Upload?> AppendAsync(
        Upload upload, IReadOnlyList<UploadPart> parts, TimeSpan lifetime, int maxParts, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(AppendSql);
        command.Parameters.Add(new NpgsqlParameter<Guid>("id", upload.Id));
        command.Parameters.Add(new NpgsqlParameter<long>("start", parts[0].Start));
        command.Parameters.Add(new NpgsqlParameter<TimeSpan>("lifetime", lifetime));
        command.Parameters.Add(new NpgsqlParameter<int>("max", maxParts));
        command.Parameters.Add(new NpgsqlParameter<long[]>("starts", [.. parts.Select(part => part.Start)]));
        command.Parameters.Add(new NpgsqlParameter<long[]>("lengths", [.. parts.Select(part => part.Length)]));
        command.Parameters.Add(new NpgsqlParameter<string[]>("keys", [.. parts.Select(part => part.Key)]));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? upload with { Received = row.GetInt64(0), ExpiresAt = row.GetFieldValue<DateTimeOffset>(1) }
            : null;
    }

    /// <summary>Lists the parts of a resumable upload in the order of the file.</summary>
    internal async Task<IReadOnlyList<UploadPart>> ListPartsAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select start, length, key from upload_parts where upload_id = @id order by start");
        command.Parameters.Add(new NpgsqlParameter<Guid>("id", id));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var parts = new List<UploadPart>();
        while (await row.ReadAsync(cancellationToken))
            parts.Add(new(row.GetInt64(0), row.GetInt64(1), row.GetString(2)));
        return parts;
    }

    /// <summary>
    /// Assigns the uploads of files to an ingest, in the transaction that accepts it. It fails, and the transaction with it, by
    /// <see cref="IsConsumed"/> if one of them belongs to another ingest already.
    /// </summary>
    /// <returns>Null if no file was an upload.</returns>
    internal static NpgsqlBatchCommand? Consume(Guid ownerId, IEnumerable<UploadedFile> files, Guid ingestId)
    {
        var uploads = files.Select(file => file.UploadId).OfType<Guid>().ToArray();
        return uploads.Length == 0 ? null : new("select consume_uploads($1, $2, $3)")
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = ownerId },
                new NpgsqlParameter<Guid[]> { TypedValue = uploads },
                new NpgsqlParameter<Guid> { TypedValue = ingestId },
            },
        };
    }

    internal static bool IsConsumed(PostgresException exception) => exception.SqlState == "MM410";

    internal static ProblemException Consumed(string which) =>
        new(409, "upload_consumed", $"{which} was taken into an ingest already; each upload is taken once.");

    /// <summary>Deletes expired uploads.</summary>
    /// <param name="count">Largest number of uploads.</param>
    /// <returns>The keys of their objects.</returns>
    public Task<IReadOnlyList<string>> ExpireAsync(int count, CancellationToken cancellationToken) =>
        DeleteAsync(ExpireSql, [new NpgsqlParameter<int>("count", count)], cancellationToken);

    /// <summary>Deletes an open upload of an owner.</summary>
    /// <returns>The keys of its objects; empty if the owner has no such upload.</returns>
    internal Task<IReadOnlyList<string>> TerminateAsync(Guid ownerId, Guid id, CancellationToken cancellationToken) =>
        DeleteAsync(TerminateSql, [new NpgsqlParameter<Guid>("id", id), new NpgsqlParameter<Guid>("owner", ownerId)], cancellationToken);

    private async Task<IReadOnlyList<string>> DeleteAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<string>();
        while (await row.ReadAsync(cancellationToken))
            keys.Add(row.GetString(0));
        return keys;
    }

    /// <summary>Writes the statement that deletes uploads and returns the keys of their objects, those of the parts included.</summary>
    private static string WriteDelete(string ids) =>
        $"""
        with gone as (delete from uploads where id in ({ids}) returning id, key)
        select key from gone
        union all select p.key from upload_parts p join gone on gone.id = p.upload_id
        """;

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private static Upload Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.IsDBNull(5) ? null : row.GetString(5), row.GetBoolean(6))
    {
        Received = row.IsDBNull(7) ? null : row.GetInt64(7),
        Metadata = row.IsDBNull(8) ? null : row.GetString(8),
        ExpiresAt = row.GetFieldValue<DateTimeOffset>(9),
    };
}
