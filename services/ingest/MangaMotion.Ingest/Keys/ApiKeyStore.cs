using System.Collections.Concurrent;
using System.Security.Cryptography;
using MangaMotion.Api;
using Npgsql;

namespace MangaMotion.Ingest.Keys;

/// <summary>
/// Finds keys by their hash and caches each for a few seconds. The key of <c>MANGAMOTION_API_KEY</c> has no row, so that a new
/// installation has a caller.
/// </summary>
public sealed class ApiKeyStore
{
    private const int RememberedKeys = 10_000;
    private static readonly TimeSpan CacheLifetime = TimeSpan.FromSeconds(5);
    internal static readonly Guid FirstOwner = new("00000000-0000-4000-8000-000000000001");
    private static readonly ApiKey FirstKey = new(
        FirstOwner,
        FirstOwner,
        "first key (MANGAMOTION_API_KEY)",
        Scopes.All.ToHashSet(StringComparer.Ordinal))
    {
        IsFirst = true,
    };

    // The last use is written at most once a minute.
    private const string FindSql =
        """
        with used as (
          update api_keys set last_used_at = now()
          where key_sha256 = $1 and revoked_at is null and (last_used_at is null or last_used_at < now() - interval '1 minute'))
        select id, owner_id, name, scopes from api_keys where key_sha256 = $1 and revoked_at is null
        """;

    private readonly ConcurrentDictionary<string, (ApiKey? Key, DateTimeOffset Until)> _remembered = new(StringComparer.Ordinal);
    private readonly NpgsqlDataSource _database;
    private readonly TimeProvider _time;
    private readonly byte[]? _firstKey;

    public ApiKeyStore(NpgsqlDataSource database, TimeProvider time, IConfiguration configuration)
    {
        _database = database;
        _time = time;
        _firstKey = configuration["MANGAMOTION_API_KEY"] is { Length: > 0 } key ? ApiKey.Hash(key) : null;
    }

    public async Task<ApiKey?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var hash = ApiKey.Hash(key);
        if (_firstKey is not null && CryptographicOperations.FixedTimeEquals(hash, _firstKey))
            return FirstKey;

        var name = Convert.ToHexString(hash);
        var now = _time.GetUtcNow();
        if (_remembered.TryGetValue(name, out var known) && known.Until > now)
            return known.Key;

        var found = await QueryAsync(hash, cancellationToken);
        if (_remembered.Count >= RememberedKeys)
            _remembered.Clear();
        _remembered[name] = (found, now + CacheLifetime);
        return found;
    }

    private async Task<ApiKey?> QueryAsync(byte[] hash, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(FindSql);
        command.Parameters.Add(new() { Value = hash });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new(reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetFieldValue<string[]>(3).ToHashSet(StringComparer.Ordinal))
            : null;
    }
}
