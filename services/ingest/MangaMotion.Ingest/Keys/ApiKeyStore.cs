using System.Collections.Concurrent;
using System.Data;
using System.Security.Cryptography;
using MangaMotion.Api;
using Npgsql;

namespace MangaMotion.Ingest.Keys;

/// <summary>
/// Keys by their hash. A key is cached for a few seconds. The key of <c>MANGAMOTION_API_KEY</c> gets its row at its first use, so a new
/// installation has one caller. A changed variable replaces the key of that row.
/// </summary>
public sealed class ApiKeyStore
{
    private const int MaxCachedKeys = 10_000;
    private static readonly TimeSpan CacheLifetime = TimeSpan.FromSeconds(5);

    /// <summary>Id of the first key, and of its owner.</summary>
    internal static readonly Guid FirstOwner = new("00000000-0000-4000-8000-000000000001");

    // Without a conflict target, every unique index counts. "on conflict (id)" fails when another request inserts the same row at the
    // same moment: the unique index on key_sha256 then reports a violation.
    private const string SetFirstSql =
        """
        with inserted as (
          insert into api_keys (id, owner_id, name, key_sha256, scopes, is_first, configured_sha256)
          values (@id, @id, 'first key (MANGAMOTION_API_KEY)', @sha256, @scopes, true, @sha256)
          on conflict do nothing)
        update api_keys set key_sha256 = @sha256, configured_sha256 = @sha256, expires_at = null, revoked_at = null
        where id = @id and configured_sha256 is distinct from @sha256
          and not exists (select from api_keys where key_sha256 = @sha256 and id <> @id)
        """;

    // The last use is written once a minute.
    private const string FindSql =
        """
        with used as (
          update api_keys set last_used_at = now()
          where key_sha256 = @sha256 and revoked_at is null and (expires_at is null or expires_at > now())
            and (last_used_at is null or last_used_at < now() - interval '1 minute'))
        select id, owner_id, name, scopes, is_first from api_keys
        where key_sha256 = @sha256 and revoked_at is null and (expires_at is null or expires_at > now())
        """;

    private readonly ConcurrentDictionary<string, (ApiKey? Key, DateTimeOffset Until)> _cached = new(StringComparer.Ordinal);
    private readonly NpgsqlDataSource _database;
    private readonly TimeProvider _time;
    private readonly byte[]? _firstKey;
    private bool _firstKeyIsSet;

    public ApiKeyStore(NpgsqlDataSource database, TimeProvider time, IConfiguration configuration)
    {
        _database = database;
        _time = time;
        _firstKey = configuration["MANGAMOTION_API_KEY"] is { Length: > 0 } key ? ApiKey.Hash(key) : null;
    }

    public async Task<ApiKey?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var hash = ApiKey.Hash(key);
        var name = Convert.ToHexString(hash);
        var now = _time.GetUtcNow();
        if (_cached.TryGetValue(name, out var known) && known.Until > now)
            return known.Key;

        if (!_firstKeyIsSet && _firstKey is not null && CryptographicOperations.FixedTimeEquals(hash, _firstKey))
        {
            await SetFirstKeyAsync(_firstKey, cancellationToken);
            _firstKeyIsSet = true;
        }

        var found = await QueryAsync(hash, cancellationToken);
        if (_cached.Count >= MaxCachedKeys)
            _cached.Clear();
        _cached[name] = (found, now + CacheLifetime);
        return found;
    }

    private async Task SetFirstKeyAsync(byte[] hash, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(SetFirstSql);
        command.Parameters.AddAll(new("id", FirstOwner), new("sha256", hash), new("scopes", Scopes.All.ToArray()));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<ApiKey?> QueryAsync(byte[] hash, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(FindSql);
        command.Parameters.AddWithValue("sha256", hash);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new(
                reader.GetGuid("id"), reader.GetGuid("owner_id"), reader.GetString("name"),
                reader.GetFieldValue<string[]>("scopes").ToHashSet(StringComparer.Ordinal))
            {
                IsFirst = reader.GetBoolean("is_first"),
            }
            : null;
    }
}
