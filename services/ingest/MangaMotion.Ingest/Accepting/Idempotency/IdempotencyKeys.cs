using System.Data;
using MangaMotion.ServiceDefaults.Problems;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Ingest.Accepting.Idempotency;

/// <summary>
/// Header <c>Idempotency-Key</c>: repeating a request with its key has no further effect and gets the first answer. A running request
/// holds its key by a lease that it renews, so that a crash frees the key.
/// </summary>
public sealed class IdempotencyKeys(NpgsqlDataSource database, IOptions<IngestOptions> options, ILogger<IdempotencyKeys> logger)
{
    public const string Header = "Idempotency-Key";
    internal static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private const int MaxLength = 255;

    // Holds a key that is new, has expired, or whose request ended with its process.
    private const string HoldSql =
        """
        insert into idempotency_keys as known (owner_id, key, token, held_until, expires_at)
        values (@owner, @key, @token, clock_timestamp() + @lease, clock_timestamp() + @lifetime)
        on conflict (owner_id, key) do update set
          token = excluded.token, held_until = excluded.held_until, expires_at = excluded.expires_at,
          fingerprint = null, status = null, location = null, answer = null, resource_id = null
        where known.expires_at < clock_timestamp() or (known.status is null and known.held_until < clock_timestamp())
        returning token
        """;

    private const string FindSql =
        "select fingerprint, status, location, answer, resource_id from idempotency_keys where owner_id = @owner and key = @key";

    /// <summary>
    /// Holds the key of the request until the returned object is disposed. If the key has an answer already, the request is only read to
    /// be compared.
    /// </summary>
    /// <returns>Null if the request has no key.</returns>
    /// <exception cref="ProblemException">400: the key is invalid or repeated. 409: another request holds it.</exception>
    public async Task<IdempotentRequest?> BeginAsync(HttpRequest request, Guid ownerId, CancellationToken cancellationToken)
    {
        if (!request.Headers.TryGetValue(Header, out var sent))
            return null;
        // Reject a repeated header: ignoring it would let a client's retry create the ingest twice.
        if (sent is not [{ Length: > 0 and <= MaxLength } key] || key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new ProblemException(
                400, "invalid_idempotency_key",
                $"{Header} must be sent once, with 1 to {MaxLength} printable ASCII characters without spaces.");
        }

        var token = Guid.NewGuid();
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new(HoldSql)
        {
            Parameters =
            {
                new("owner", ownerId), new("key", key), new("token", token), new("lease", Lease),
                new("lifetime", options.Value.IdempotencyKeyLifetime),
            },
        });
        batch.BatchCommands.Add(new(FindSql) { Parameters = { new("owner", ownerId), new("key", key) } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken))
            return new(database, logger, new(ownerId, key, token), answer: null);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) && !reader.IsDBNull("status")
            ? new(database, logger, new(ownerId, key, token), Read(reader))
            : throw InUse();
    }

    internal static ProblemException InUse() => new(
        409, "idempotency_key_in_use", $"A request with this {Header} is still running. Repeat the request later to get its answer.")
    {
        RetryAfter = TimeSpan.FromSeconds(2),
    };

    private static KeptAnswer Read(NpgsqlDataReader row) =>
        new(row.GetString("fingerprint"),
            new(row.GetInt32("status"), row.GetString("location"), row.GetString("answer"), row.GetGuid("resource_id")));
}

/// <summary>A key and the token of the request that holds it.</summary>
internal sealed record HeldKey(Guid OwnerId, string Key, Guid Token);

/// <summary>The first answer, and the fingerprint of its request.</summary>
internal sealed record KeptAnswer(string Fingerprint, JsonAnswer Answer);
