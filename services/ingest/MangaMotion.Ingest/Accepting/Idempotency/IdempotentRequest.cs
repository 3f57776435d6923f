using MangaMotion.ServiceDefaults.Problems;
using Npgsql;

namespace MangaMotion.Ingest.Accepting.Idempotency;

/// <summary>
/// A request with an <c>Idempotency-Key</c>. If <see cref="IsRepeated"/>, read the request for its fingerprint, store nothing and answer
/// with <see cref="Repeat"/>. Otherwise append <see cref="CreateAnswerCommand"/> to the transaction that accepts the request.
/// </summary>
public sealed class IdempotentRequest : IAsyncDisposable
{
    private const string RenewSql =
        "update idempotency_keys set held_until = clock_timestamp() + @lease where " + IsHeld;

    private const string FreeSql = "delete from idempotency_keys where " + IsHeld;

    private const string IsHeld = "owner_id = @owner and key = @key and token = @token and status is null";

    private readonly NpgsqlDataSource _database;
    private readonly ILogger _logger;
    private readonly HeldKey _key;
    private readonly KeptAnswer? _answer;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _renewing;

    internal IdempotentRequest(NpgsqlDataSource database, ILogger logger, HeldKey key, KeptAnswer? answer)
    {
        (_database, _logger, _key, _answer) = (database, logger, key, answer);
        _renewing = IsRepeated ? Task.CompletedTask : RenewAsync();
    }

    /// <summary>True if the key has an answer already.</summary>
    public bool IsRepeated => _answer is not null;

    /// <summary>Returns the first answer to the same request.</summary>
    /// <exception cref="ProblemException">422: the key was used for another request.</exception>
    public JsonAnswer Repeat(HttpResponse response, Fingerprint fingerprint)
    {
        if (_answer!.Fingerprint != fingerprint.ToString())
        {
            throw new ProblemException(422, "idempotency_key_reused",
                $"This {IdempotencyKeys.Header} was used for another request, with other fields or files. "
                + "Send a new request with a new key.");
        }

        response.Headers["Idempotency-Replayed"] = "true";
        return _answer.Answer;
    }

    /// <summary>
    /// Creates the statement that keeps the answer, for the transaction that accepts the request. If another request holds the key
    /// meanwhile, it fails by <see cref="IsLost"/>, and the transaction with it.
    /// </summary>
    public NpgsqlBatchCommand CreateAnswerCommand(Fingerprint fingerprint, JsonAnswer answer) =>
        new("select answer_idempotency_key(@owner, @key, @token, @fingerprint, @status, @location, @answer, @resource)")
        {
            Parameters =
            {
                new("owner", _key.OwnerId), new("key", _key.Key), new("token", _key.Token), new("fingerprint", fingerprint.ToString()),
                new("status", answer.Status), new("location", answer.Location), new("answer", answer.Json),
                new("resource", answer.ResourceId),
            },
        };

    public static bool IsLost(PostgresException exception) => exception.SqlState == "MM409";

    /// <summary>Frees the key unless it has an answer, so that a failed request can be repeated with its key.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _renewing;
        _ended.Dispose();
        if (IsRepeated)
            return;
        try
        {
            // Not the request's token: its caller may have disconnected, which may be why the request failed.
            await ExecuteAsync(FreeSql, CancellationToken.None);
        }
        catch (NpgsqlException exception)
        {
            _logger.LogDebug("Idempotency key not freed: {Reason}. It is free when its lease ends.", exception.Message);
        }
    }

    private async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(IdempotencyKeys.Lease / 3);
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token))
            {
                try
                {
                    await ExecuteAsync(RenewSql, _ended.Token, new NpgsqlParameter("lease", IdempotencyKeys.Lease));
                }
                catch (NpgsqlException exception)
                {
                    // The next renewal may be in time. If it is not, the commit finds that the key is lost.
                    _logger.LogDebug("Lease of an idempotency key not renewed: {Reason}. Trying again.", exception.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The request has ended.
        }
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] more)
    {
        await using var command = _database.CreateCommand(sql);
        command.Parameters.AddAll([new("owner", _key.OwnerId), new("key", _key.Key), new("token", _key.Token), .. more]);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
