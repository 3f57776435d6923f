using System.Data;
using MangaMotion.Messaging.Postgres.Outbox;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Jobs.Replays;

/// <summary>
/// Carries out requests to replay dead letters, step by step. Each step is one transaction, so a process that dies leaves the rest to
/// the next one. Any number of instances may work at the same time; a batch belongs to one instance for the length of a step.
/// </summary>
internal sealed class ReplayBatches(NpgsqlDataSource database, JobReplays replays)
{
    /// <summary>Channel on which the database notifies of new batches and of canaries that have ended.</summary>
    public const string Channel = "replay_batches";

    /// <summary>Dead letters of one step: large enough for speed, small enough that progress is visible.</summary>
    internal const int StepSize = 100;

    // A batch whose canary is still running has nothing to do.
    private const string NextSql =
        """
        select b.id from replay_batches b
        where b.status = 'RELEASING' and not (b.canary
          and exists (select from replay_items i where i.batch_id = b.id and i.status = 'RELEASED')
          and not exists (select from replay_items i where i.batch_id = b.id and i.status = 'SUCCEEDED'))
        order by b.created_at limit 1 for update skip locked
        """;

    // Read again under the lock: another instance may have released the canary a moment ago.
    private const string CanarySql =
        """
        select b.canary and not exists (select from replay_items i where i.batch_id = b.id and i.status = 'SUCCEEDED') as awaited,
          exists (select from replay_items i where i.batch_id = b.id and i.status = 'RELEASED') as running,
          (select coalesce(j.last_error, 'it was canceled') from replay_items i
           join failed_jobs f on f.id = i.dead_letter_id join jobs j on j.id = f.job_id
           where i.batch_id = b.id and i.status in ('FAILED', 'CANCELED') limit 1) as error
        from replay_batches b where b.id = @batch_id
        """;

    private const string WaitingSql =
        """
        select f.job_id, f.id from replay_items i join failed_jobs f on f.id = i.dead_letter_id
        where i.batch_id = @batch_id and i.status = 'WAITING' order by i.position limit @limit
        """;

    // A dead letter that is no longer open was replayed in another way or deleted. It is skipped, neither a success nor a failure.
    private const string ReleaseSql =
        """
        update replay_items set status = case when dead_letter_id = any(@released) then 'RELEASED' else 'SKIPPED' end
        where batch_id = @batch_id and dead_letter_id = any(@dead_letter_ids) and status = 'WAITING'
        """;

    private const string EndSql =
        "update replay_batches set status = @status, reason = @reason, updated_at = clock_timestamp() where id = @batch_id";

    private const string SkipSql = "update replay_items set status = 'SKIPPED' where batch_id = @batch_id and status = 'WAITING'";

    /// <summary>Carries out one step of one batch.</summary>
    /// <returns>False if no batch has anything to do.</returns>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await LockNextAsync(connection, cancellationToken) is not { } batch)
            return false;

        var canary = await ReadCanaryAsync(connection, batch, cancellationToken);
        if (canary is { Awaited: true, Running: true })
            return true;
        (IReadOnlyList<JobReplays.ReplayedJob> Jobs, IReadOnlyList<OutboxMessage> Messages) released = ([], []);
        if (canary is { Awaited: true, Error: { } error })
        {
            var reason = $"The canary failed again, so the rest was not released: {error}";
            await EndBatchAsync(connection, batch, "STOPPED", reason, cancellationToken);
        }
        else if (await ReadWaitingAsync(connection, batch, canary.Awaited ? 1 : StepSize, cancellationToken) is { Count: > 0 } waiting)
        {
            released = await ReleaseAsync(connection, batch, waiting, cancellationToken);
        }
        else
        {
            await EndBatchAsync(connection, batch, "RELEASED", reason: null, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        replays.Committed(released.Jobs, released.Messages);
        return true;
    }

    private static async Task<Guid?> LockNextAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(NextSql, connection);
        return (Guid?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private static async Task<Canary> ReadCanaryAsync(NpgsqlConnection connection, Guid batch, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(CanarySql, connection) { Parameters = { BatchId(batch) } };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new(row.GetBoolean("awaited"), row.GetBoolean("running"), row["error"] as string);
    }

    private static async Task<List<(Guid Job, Guid DeadLetter)>> ReadWaitingAsync(
        NpgsqlConnection connection, Guid batch, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(WaitingSql, connection)
        {
            Parameters = { BatchId(batch), new NpgsqlParameter<int>("limit", limit) },
        };
        var waiting = new List<(Guid, Guid)>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            waiting.Add((row.GetGuid("job_id"), row.GetGuid("id")));
        return waiting;
    }

    private async Task<(IReadOnlyList<JobReplays.ReplayedJob> Jobs, IReadOnlyList<OutboxMessage> Messages)> ReleaseAsync(
        NpgsqlConnection connection, Guid batch, List<(Guid Job, Guid DeadLetter)> waiting, CancellationToken cancellationToken)
    {
        var deadLetters = waiting.ConvertAll(item => item.DeadLetter).ToArray();
        var released = await replays.ReplayAsync(connection, [.. waiting.Select(item => item.Job)], deadLetters, cancellationToken);
        await using var command = new NpgsqlCommand(ReleaseSql, connection)
        {
            Parameters =
            {
                BatchId(batch), new NpgsqlParameter<Guid[]>("dead_letter_ids", deadLetters),
                new NpgsqlParameter<Guid[]>("released", [.. released.Replayed.Select(job => job.DeadLetter!.Value)]),
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
        return released;
    }

    private static async Task EndBatchAsync(
        NpgsqlConnection connection, Guid batch, string status, string? reason, CancellationToken cancellationToken)
    {
        await using var end = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(EndSql)
                {
                    Parameters =
                    {
                        BatchId(batch), new NpgsqlParameter<string>("status", status),
                        new NpgsqlParameter("reason", NpgsqlDbType.Text) { Value = (object?)reason ?? DBNull.Value },
                    },
                },
                new(SkipSql) { Parameters = { BatchId(batch) } },
            },
        };
        await end.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter<Guid> BatchId(Guid batch) => new("batch_id", batch);

    /// <param name="Awaited">Whether the batch has a canary that has not succeeded yet.</param>
    /// <param name="Running">Whether the canary's job is under way.</param>
    /// <param name="Error">Why the canary failed; null if it did not.</param>
    private sealed record Canary(bool Awaited, bool Running, string? Error);
}
