using System.Collections.Concurrent;
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
    private const int RememberedKeys = 10_000;
    private static readonly TimeSpan CacheLifetime = TimeSpan.FromSeconds(5);

    /// <summary>Id of the first key, and of its owner.</summary>
    internal static readonly Guid FirstOwner = new("00000000-0000-4000-8000-000000000001");

    private const string SetFirst =
        """
        insert into api_keys (id, owner_id, name, key_sha256, scopes, is_first, configured_sha256)
        values ($1, $1, 'first key (MANGAMOTION_API_KEY)', $2, $3, true, $2)
        on conflict (id) do update
        set key_sha256 = excluded.key_sha256, configured_sha256 = excluded.configured_sha256, expires_at = null, revoked_at = null
        where api_keys.configured_sha256 is distinct from excluded.configured_sha256
        """;

    // The last use is written once a minute.
    private const string FindSql =
        """
        with used as (
          update api_keys set last_used_at = now()
          where key_sha256 = $1 and revoked_at is null and (expires_at is null or expires_at > now())
            and (last_used_at is null or last_used_at < now() - interval '1 minute'))
        select id, owner_id, name, scopes, is_first from api_keys
        where key_sha256 = $1 and revoked_at is null and (expires_at is null or expires_at > now())
        """;

    private readonly ConcurrentDictionary<string, (ApiKey? Key, DateTimeOffset Until)> _remembered = new(StringComparer.Ordinal);
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
        if (_remembered.TryGetValue(name, out var known) && known.Until > now)
            return known.Key;

        if (!_firstKeyIsSet && _firstKey is not null && CryptographicOperations.FixedTimeEquals(hash, _firstKey))
        {
            await SetFirstKeyAsync(_firstKey, cancellationToken);
            _firstKeyIsSet = true;
        }

        var found = await QueryAsync(hash, cancellationToken);
        if (_remembered.Count >= RememberedKeys)
            _remembered.Clear();
        _remembered[name] = (found, now + CacheLifetime);
        return found;
    }

    private async Task SetFirstKeyAsync(byte[] hash, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(SetFirst);
        command.Parameters.Add(new() { Value = FirstOwner });
        command.Parameters.Add(new() { Value = hash });
        command.Parameters.Add(new() { Value = Scopes.All.ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<ApiKey?> QueryAsync(byte[] hash, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(FindSql);
        command.Parameters.Add(new() { Value = hash });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new(reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetFieldValue<string[]>(3).ToHashSet(StringComparer.Ordinal))
            {
                IsFirst = reader.GetBoolean(4),
            }
            : null;
    }
}
