using MangaMotion.ServiceDefaults.Problems;
using Npgsql;

namespace MangaMotion.Ingest.Accepting.Idempotency;

/// <summary>
/// One request with an <c>Idempotency-Key</c>. Where <see cref="IsRepeated"/>, read the request for its fingerprint, store
/// nothing, and give <see cref="Repeat"/>. Otherwise append <see cref="Answer"/> to the transaction that accepts.
/// </summary>
public sealed class IdempotentRequest : IAsyncDisposable
{
    private const string RenewSql =
        "update idempotency_keys set held_until = clock_timestamp() + $4 where owner_id = $1 and key = $2 and token = $3 and status is null";

    private const string FreeSql =
        "delete from idempotency_keys where owner_id = $1 and key = $2 and token = $3 and status is null";

    private readonly NpgsqlDataSource _database;
    private readonly ILogger _logger;
    private readonly HeldKey _key;
    private readonly KeptAnswer? _answer;
    private readonly CancellationTokenSource _over = new();
    private readonly Task _renewing;

    internal IdempotentRequest(NpgsqlDataSource database, ILogger logger, HeldKey key, KeptAnswer? answer)
    {
        (_database, _logger, _key, _answer) = (database, logger, key, answer);
        _renewing = IsRepeated ? Task.CompletedTask : RenewAsync();
    }

    /// <summary>The key has an answer already.</summary>
    public bool IsRepeated => _answer is not null;

    /// <summary>The answer that was given to the same request before.</summary>
    /// <exception cref="ProblemException">422: the key was used for another request.</exception>
    public JsonAnswer Repeat(HttpResponse response, Fingerprint fingerprint)
    {
        if (_answer!.Fingerprint != fingerprint.ToString())
        {
            throw new ProblemException(422, "idempotency_key_reused",
                $"This {IdempotencyKeys.Header} was used for another request, with other fields or files; take a new key for a new request.");
        }

        response.Headers["Idempotency-Replayed"] = "true";
        return _answer.Answer;
    }

    /// <summary>
    /// Keeps the answer; to be run in the transaction that accepts. It fails, and the transaction with it, by
    /// <see cref="IsLost"/> when the lease was lost to another request meanwhile.
    /// </summary>
    public NpgsqlBatchCommand Answer(Fingerprint fingerprint, JsonAnswer answer) => new("select answer_idempotency_key($1, $2, $3, $4, $5, $6, $7, $8)")
    {
        Parameters =
        {
            new() { Value = _key.OwnerId },
            new() { Value = _key.Key },
            new() { Value = _key.Token },
            new() { Value = fingerprint.ToString() },
            new() { Value = answer.Status },
            new() { Value = answer.Location },
            new() { Value = answer.Json },
            new() { Value = answer.ResourceId },
        },
    };

    public static bool IsLost(PostgresException exception) => exception.SqlState == "MM409";

    /// <summary>Frees the key unless it has its answer: who failed may be asked again.</summary>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _renewing;
        _over.Dispose();
        if (IsRepeated)
            return;
        try
        {
            // Not the request's token: its caller may have gone, and that is why we are here.
            await ExecuteAsync(FreeSql, CancellationToken.None);
        }
        catch (NpgsqlException exception)
        {
            _logger.LogDebug("An idempotency key is freed by its lease only: {Reason}", exception.Message);
        }
    }

    private async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(IdempotencyKeys.Lease / 3);
        try
        {
            while (await timer.WaitForNextTickAsync(_over.Token))
            {
                try
                {
                    await ExecuteAsync(RenewSql, _over.Token, new NpgsqlParameter { Value = IdempotencyKeys.Lease });
                }
                catch (NpgsqlException exception)
                {
                    // The next beat may come in time; if not, the commit finds the key lost.
                    _logger.LogDebug("The lease of an idempotency key was not renewed: {Reason}", exception.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The request is over.
        }
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] more)
    {
        await using var command = _database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = _key.OwnerId });
        command.Parameters.Add(new() { Value = _key.Key });
        command.Parameters.Add(new() { Value = _key.Token });
        command.Parameters.AddRange(more);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
