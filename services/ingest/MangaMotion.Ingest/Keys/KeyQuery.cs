using System.Security.Cryptography;
using MangaMotion.Api;
using Npgsql;

namespace MangaMotion.Ingest.Keys;

/// <summary>Creates, lists, rotates and revokes keys. The first key reaches the keys of all owners, another key those of its owner.</summary>
internal sealed class KeyQuery(NpgsqlDataSource database)
{
    private const string Columns = "id, owner_id, name, scopes, created_at, last_used_at, revoked_at, expires_at, is_first";

    private const string Insert =
        $"insert into api_keys (id, owner_id, name, key_sha256, scopes, expires_at) values ($1, $2, $3, $4, $5, $6) returning {Columns}";

    private const string List =
        $"select {Columns} from api_keys where $1::uuid is null or owner_id = $1 order by created_at, id";

    // Only the first key changes the first key: its secret reaches all owners, and other keys of the same owner do not.
    private const string Rotate =
        $"""
        update api_keys set key_sha256 = $3, expires_at = coalesce($4, expires_at)
        where id = $1 and ($2::uuid is null or (owner_id = $2 and not is_first)) and revoked_at is null
          and (coalesce($4, expires_at) is null or coalesce($4, expires_at) > clock_timestamp())
        returning {Columns}
        """;

    // Revoking a revoked key succeeds and keeps the time of the first revocation.
    private const string Revoke =
        """
        update api_keys set revoked_at = coalesce(revoked_at, clock_timestamp())
        where id = $1 and ($2::uuid is null or (owner_id = $2 and not is_first))
        """;

    /// <returns>The secret too, which is not stored: it is returned this once.</returns>
    public async Task<ApiKeyCreated> CreateAsync(
        Guid ownerId, string name, IReadOnlyList<string> scopes, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        var key = CreateKey();
        await using var command = database.CreateCommand(Insert);
        command.Parameters.Add(new() { Value = Guid.CreateVersion7() });
        command.Parameters.Add(new() { Value = ownerId });
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = ApiKey.Hash(key) });
        command.Parameters.Add(new() { Value = scopes.ToArray() });
        command.Parameters.Add(Expiry(expiresAt));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new(key, Read(row));
    }

    /// <summary>Replaces the secret of a key.</summary>
    /// <param name="expiresAt">New expiry; null keeps the present one.</param>
    /// <returns>Null if the owner has no such key, it is revoked, or it has expired and gets no new expiry.</returns>
    public async Task<ApiKeyCreated?> RotateAsync(Guid id, Guid? ownerId, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        var key = CreateKey();
        await using var command = database.CreateCommand(Rotate);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(Owner(ownerId));
        command.Parameters.Add(new() { Value = ApiKey.Hash(key) });
        command.Parameters.Add(Expiry(expiresAt));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? new(key, Read(row)) : null;
    }

    /// <param name="ownerId">Null for the keys of all owners.</param>
    public async Task<IReadOnlyList<ApiKeyInfo>> ListAsync(Guid? ownerId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(List);
        command.Parameters.Add(Owner(ownerId));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<ApiKeyInfo>();
        while (await row.ReadAsync(cancellationToken))
            keys.Add(Read(row));
        return keys;
    }

    /// <summary>Lists the owners of all keys, revoked ones included, and the owner of the first key.</summary>
    public async Task<Guid[]> ListOwnersAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select array_agg(distinct owner_id) from (select owner_id from api_keys union all select $1) o");
        command.Parameters.Add(new() { Value = ApiKeyStore.FirstOwner });
        return (Guid[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <returns>False when there is no such key of this owner.</returns>
    public async Task<bool> RevokeAsync(Guid id, Guid? ownerId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Revoke);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(Owner(ownerId));
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    private static NpgsqlParameter Owner(Guid? id) => new() { Value = (object?)id ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid };

    private static string CreateKey() => $"mm_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24))}";

    private static NpgsqlParameter Expiry(DateTimeOffset? time) =>
        new() { Value = (object?)time?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz };

    private static ApiKeyInfo Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetFieldValue<string[]>(3), row.GetFieldValue<DateTimeOffset>(4), Time(row, 5), Time(row, 6))
    {
        ExpiresAt = Time(row, 7),
        IsFirst = row.GetBoolean(8),
    };

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
