using System.Data;
using System.Security.Cryptography;
using MangaMotion.Api;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Ingest.Keys;

/// <summary>
/// Creates, lists, rotates and revokes keys. The first key reaches the keys of all owners, another key those of its owner.
/// </summary>
internal sealed class KeyQuery(NpgsqlDataSource database)
{
    private const string Columns = "id, owner_id, name, scopes, created_at, last_used_at, revoked_at, expires_at, is_first";

    private const string Insert =
        $"""
        insert into api_keys (id, owner_id, name, key_sha256, scopes, expires_at)
        values (@id, @owner, @name, @sha256, @scopes, @expires_at) returning {Columns}
        """;

    private const string List =
        $"select {Columns} from api_keys where @owner is null or owner_id = @owner order by created_at, id";

    // Only the first key changes the first key: its secret reaches all owners, and other keys of the same owner do not.
    private const string Rotate =
        $"""
        update api_keys set key_sha256 = @sha256, expires_at = coalesce(@expires_at, expires_at)
        where id = @id and (@owner is null or (owner_id = @owner and not is_first)) and revoked_at is null
          and (coalesce(@expires_at, expires_at) is null or coalesce(@expires_at, expires_at) > clock_timestamp())
        returning {Columns}
        """;

    // Revoking a revoked key succeeds and keeps the time of the first revocation.
    private const string Revoke =
        """
        update api_keys set revoked_at = coalesce(revoked_at, clock_timestamp())
        where id = @id and (@owner is null or (owner_id = @owner and not is_first))
        """;

    /// <summary>Creates a key.</summary>
    /// <returns>The key with its secret, which is not stored.</returns>
    public async Task<ApiKeyCreated> CreateAsync(
        Guid ownerId, string name, IReadOnlyList<string> scopes, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        var key = CreateKey();
        await using var command = database.CreateCommand(Insert);
        command.Parameters.AddAll(
            new("id", Guid.CreateVersion7()), new("owner", ownerId), new("name", name), new("sha256", ApiKey.Hash(key)),
            new("scopes", scopes.ToArray()), CreateExpiry(expiresAt));
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
        command.Parameters.AddAll(
new("id", id), CreateOwner(ownerId), new("sha256", ApiKey.Hash(key)), CreateExpiry(expiresAt));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? new(key, Read(row)) : null;
    }

    /// <summary>Lists keys, oldest first.</summary>
    /// <param name="ownerId">Owner of the keys; null for all owners.</param>
    public async Task<IReadOnlyList<ApiKeyInfo>> ListAsync(Guid? ownerId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(List);
        command.Parameters.Add(CreateOwner(ownerId));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<ApiKeyInfo>();
        while (await row.ReadAsync(cancellationToken))
            keys.Add(Read(row));
        return keys;
    }

    /// <summary>Lists the owners of all keys, revoked ones included, and the owner of the first key.</summary>
    public async Task<Guid[]> ListOwnersAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select array_agg(distinct owner_id) from (select owner_id from api_keys union all select @first) o");
        command.Parameters.AddWithValue("first", ApiKeyStore.FirstOwner);
        return (Guid[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Revokes a key.</summary>
    /// <returns>False if the owner has no such key.</returns>
    public async Task<bool> RevokeAsync(Guid id, Guid? ownerId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Revoke);
        command.Parameters.AddAll(new("id", id), CreateOwner(ownerId));
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    private static NpgsqlParameter CreateOwner(Guid? id) => new("owner", NpgsqlDbType.Uuid) { Value = (object?)id ?? DBNull.Value };

    private static string CreateKey() => $"mm_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24))}";

    private static NpgsqlParameter CreateExpiry(DateTimeOffset? time) =>
        new("expires_at", NpgsqlDbType.TimestampTz) { Value = (object?)time?.UtcDateTime ?? DBNull.Value };

    private static ApiKeyInfo Read(NpgsqlDataReader row) => new(
        row.GetGuid("id"), row.GetGuid("owner_id"), row.GetString("name"), row.GetFieldValue<string[]>("scopes"),
        row.GetFieldValue<DateTimeOffset>("created_at"), row.GetFieldValue<DateTimeOffset?>("last_used_at"),
        row.GetFieldValue<DateTimeOffset?>("revoked_at"))
    {
        ExpiresAt = row.GetFieldValue<DateTimeOffset?>("expires_at"),
        IsFirst = row.GetBoolean("is_first"),
    };
}
