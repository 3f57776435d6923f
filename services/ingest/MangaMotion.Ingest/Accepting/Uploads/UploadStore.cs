using System.Security.Cryptography;
using System.Text;
using MangaMotion.ServiceDefaults.Problems;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Ingest.Accepting.Uploads;

/// <summary>A direct upload, as it was asked for.</summary>
/// <param name="Sha256">Lower-case hex; null where the caller did not say.</param>
internal sealed record Upload(Guid Id, Guid OwnerId, string Name, string ContentType, long Size, string? Sha256, bool Consumed)
{
    public string Key => KeyOf(Id);

    public static string KeyOf(Guid id) => $"uploads/{id:N}";
}

/// <summary>The rows in <c>uploads</c>.</summary>
public sealed class UploadStore(NpgsqlDataSource database)
{
    private const string Insert =
        """
        insert into uploads (id, owner_id, key, name, content_type, size, sha256, token_sha256, link_until, expires_at)
        select $1, $2, $3, $4, $5, $6, $7, $8, now() + $9, now() + $10
        where (select count(*) from uploads where owner_id = $2 and consumed_by is null) < $11
        returning link_until
        """;

    private const string Columns = "id, owner_id, name, content_type, size, sha256, consumed_by is not null";

    /// <summary>Writes the upload down, unless its owner has too many that are open.</summary>
    /// <returns>Until when its link is good, by the database's clock; null where the owner has too many.</returns>
    internal async Task<DateTimeOffset?> AddAsync(Upload upload, string token, IngestOptions options, CancellationToken cancellationToken)
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
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? row.GetFieldValue<DateTimeOffset>(0) : null;
    }

    /// <summary>The upload whose link this is, as long as that is good.</summary>
    internal async Task<Upload?> FindByLinkAsync(Guid id, string token, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"select {Columns} from uploads where id = $1 and token_sha256 = $2 and link_until > now() and consumed_by is null");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Hash(token) });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Read(row) : null;
    }

    /// <summary>Those of the owner's uploads that have not expired.</summary>
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

    /// <summary>
    /// Makes the uploads the ingest's, to be run in the transaction that accepts it. It fails, and the transaction with it, by
    /// <see cref="IsConsumed"/> where one of them is another's already.
    /// </summary>
    internal static NpgsqlBatchCommand Consume(Guid ownerId, IEnumerable<Guid> uploads, Guid ingestId) => new("select consume_uploads($1, $2, $3)")
    {
        Parameters =
        {
            new NpgsqlParameter<Guid> { TypedValue = ownerId },
            new NpgsqlParameter<Guid[]> { TypedValue = uploads.ToArray() },
            new NpgsqlParameter<Guid> { TypedValue = ingestId },
        },
    };

    internal static bool IsConsumed(PostgresException exception) => exception.SqlState == "MM410";

    internal static ProblemException Consumed(string which) =>
        new(409, "upload_consumed", $"{which} was taken into an ingest already; each upload is taken once.");

    /// <summary>Forgets uploads that have expired.</summary>
    /// <returns>The keys of their objects.</returns>
    public async Task<IReadOnlyList<string>> ExpireAsync(int count, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "delete from uploads where id in (select id from uploads where expires_at < now() order by expires_at limit $1 for update skip locked) returning key");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<string>();
        while (await row.ReadAsync(cancellationToken))
            keys.Add(row.GetString(0));
        return keys;
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private static Upload Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.IsDBNull(5) ? null : row.GetString(5), row.GetBoolean(6));
}
