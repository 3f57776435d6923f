using MangaMotion.ServiceDefaults.Problems;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Ingest.Accepting.Idempotency;

/// <summary>
/// <c>Idempotency-Key</c>: the same key with the same request gets the same answer, and has one effect. A key is held while
/// its request runs, by a lease that is renewed, so that a crash frees it.
/// </summary>
public sealed class IdempotencyKeys(NpgsqlDataSource database, IOptions<IngestOptions> options, ILogger<IdempotencyKeys> logger)
{
    public const string Header = "Idempotency-Key";
    internal static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private const int MaxLength = 255;

    // A key that is new, has expired, or whose request died with its process.
    private const string HoldSql =
        """
        insert into idempotency_keys as known (owner_id, key, token, held_until, expires_at)
        values ($1, $2, $3, clock_timestamp() + $4, clock_timestamp() + $5)
        on conflict (owner_id, key) do update set
          token = excluded.token, held_until = excluded.held_until, expires_at = excluded.expires_at,
          fingerprint = null, status = null, location = null, answer = null, resource_id = null
        where known.expires_at < clock_timestamp() or (known.status is null and known.held_until < clock_timestamp())
        returning token
        """;

    private const string FindSql =
        "select fingerprint, status, location, answer, resource_id from idempotency_keys where owner_id = $1 and key = $2";

    /// <summary>
    /// Null where the request has no key. Otherwise the key is this request's until what is returned is disposed, or it has
    /// an answer already, and the request is only read to be compared.
    /// </summary>
    /// <exception cref="ProblemException">400 for a key that is none, 409 while another request holds it.</exception>
    public async Task<IdempotentRequest?> BeginAsync(HttpRequest request, Guid ownerId, CancellationToken cancellationToken)
    {
        if (!request.Headers.TryGetValue(Header, out var sent))
            return null;
        // Two keys are none: to take neither would make twice what was to be made once.
        if (sent is not [{ Length: > 0 and <= MaxLength } key] || key.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw new ProblemException(400, "invalid_idempotency_key", $"{Header} must be sent once, with 1 to {MaxLength} printable ASCII characters without spaces.");

        var token = Guid.NewGuid();
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new(HoldSql)
        {
            Parameters =
            {
                new() { Value = ownerId },
                new() { Value = key },
                new() { Value = token },
                new() { Value = Lease },
                new() { Value = options.Value.IdempotencyKeyLifetime },
            },
        });
        batch.BatchCommands.Add(new(FindSql) { Parameters = { new() { Value = ownerId }, new() { Value = key } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken))
            return new(database, logger, new(ownerId, key, token), answer: null);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) && !reader.IsDBNull(1)
            ? new(database, logger, new(ownerId, key, token), Read(reader))
            : throw InUse();
    }

    internal static ProblemException InUse() => new(
        409, "idempotency_key_in_use", $"A request with this {Header} is still running; ask again for its answer.")
    {
        RetryAfter = TimeSpan.FromSeconds(2),
    };

    private static KeptAnswer Read(NpgsqlDataReader row) =>
        new(row.GetString(0), new(row.GetInt32(1), row.GetString(2), row.GetString(3), row.GetGuid(4)));
}

/// <summary>A key and who holds it.</summary>
internal sealed record HeldKey(Guid OwnerId, string Key, Guid Token);

/// <summary>An answer as it was given, and the request that it was given to.</summary>
internal sealed record KeptAnswer(string Fingerprint, JsonAnswer Answer);
