using MangaMotion.Messaging.Postgres.Outbox;
using Npgsql;

namespace MangaMotion.Jobs.Replays;

/// <summary>
/// Carries out requests to run dead letters again, step by step: each step is one transaction, so that a process that dies
/// leaves the rest to the next one. Any number of instances may work at it; a batch is one instance's for the length of a step.
/// </summary>
internal sealed class ReplayBatches(NpgsqlDataSource database, JobReplays replays)
{
    /// <summary>The channel on which the database tells of new batches and of canaries that have ended.</summary>
    public const string Channel = "replay_batches";

    /// <summary>Dead letters of one step: large enough for speed, small enough that progress is seen.</summary>
    internal const int StepSize = 100;

    // A canary that is under way is nothing to do.
    private const string NextSql =
        """
        select b.id from replay_batches b
        where b.status = 'RELEASING' and not (b.canary
          and exists (select from replay_items i where i.batch_id = b.id and i.status = 'RELEASED')
          and not exists (select from replay_items i where i.batch_id = b.id and i.status = 'SUCCEEDED'))
        order by b.created_at limit 1 for update skip locked
        """;

    // Asked again under the lock: another instance may have released the canary a moment ago.
    private const string CanarySql =
        """
        select b.canary and not exists (select from replay_items i where i.batch_id = b.id and i.status = 'SUCCEEDED'),
          exists (select from replay_items i where i.batch_id = b.id and i.status = 'RELEASED'),
          (select coalesce(j.last_error, 'it was canceled') from replay_items i
           join failed_jobs f on f.id = i.dead_letter_id join jobs j on j.id = f.job_id
           where i.batch_id = b.id and i.status in ('FAILED', 'CANCELED') limit 1)
        from replay_batches b where b.id = $1
        """;

    private const string WaitingSql =
        """
        select f.job_id, f.id from replay_items i join failed_jobs f on f.id = i.dead_letter_id
        where i.batch_id = $1 and i.status = 'WAITING' order by i.position limit $2
        """;

    // What is no longer open was replayed by other means, or deleted, and is nobody's success or failure here.
    private const string TakenSql =
        """
        update replay_items set status = case when dead_letter_id = any($3) then 'RELEASED' else 'SKIPPED' end
        where batch_id = $1 and dead_letter_id = any($2) and status = 'WAITING'
        """;

    private const string EndSql = "update replay_batches set status = $2, reason = $3, updated_at = clock_timestamp() where id = $1";

    private const string SkipSql = "update replay_items set status = 'SKIPPED' where batch_id = $1 and status = 'WAITING'";

    /// <summary>Does one step of one batch.</summary>
    /// <returns>False when there is nothing to do.</returns>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await NextAsync(connection, cancellationToken) is not { } batch)
            return false;

        (IReadOnlyList<JobReplays.Revived> Jobs, IReadOnlyList<OutboxMessage> Messages) released = ([], []);
        var canary = await CanaryAsync(connection, batch, cancellationToken);
        if (canary is { Awaited: true, UnderWay: true })
            return true;
        if (canary is { Awaited: true, Error: { } error })
            await EndAsync(connection, batch, "STOPPED", $"The canary failed again, so the rest was not released: {error}", cancellationToken);
        else if (await WaitingAsync(connection, batch, canary.Awaited ? 1 : StepSize, cancellationToken) is { Count: > 0 } waiting)
            released = await ReleaseAsync(connection, batch, waiting, cancellationToken);
        else
            await EndAsync(connection, batch, "RELEASED", reason: null, cancellationToken);

        await transaction.CommitAsync(cancellationToken);
        replays.Committed(released.Jobs, released.Messages);
        return true;
    }

    private static async Task<Guid?> NextAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(NextSql, connection);
        return (Guid?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private static async Task<Canary> CanaryAsync(NpgsqlConnection connection, Guid batch, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(CanarySql, connection) { Parameters = { new() { Value = batch } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new(reader.GetBoolean(0), reader.GetBoolean(1), reader.IsDBNull(2) ? null : reader.GetString(2));
    }

    private static async Task<List<(Guid Job, Guid DeadLetter)>> WaitingAsync(
        NpgsqlConnection connection, Guid batch, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(WaitingSql, connection)
        {
            Parameters = { new() { Value = batch }, new() { Value = limit } },
        };
        var waiting = new List<(Guid, Guid)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            waiting.Add((reader.GetGuid(0), reader.GetGuid(1)));
        return waiting;
    }

    private async Task<(IReadOnlyList<JobReplays.Revived> Jobs, IReadOnlyList<OutboxMessage> Messages)> ReleaseAsync(
        NpgsqlConnection connection, Guid batch, List<(Guid Job, Guid DeadLetter)> waiting, CancellationToken cancellationToken)
    {
        var letters = waiting.ConvertAll(item => item.DeadLetter).ToArray();
        var released = await replays.ReplayAsync(connection, [.. waiting.Select(item => item.Job)], letters, cancellationToken);
        await using var command = new NpgsqlCommand(TakenSql, connection)
        {
            Parameters = { new() { Value = batch }, new() { Value = letters }, new() { Value = released.Revived.Select(job => job.DeadLetter!.Value).ToArray() } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
        return released;
    }

    private static async Task EndAsync(NpgsqlConnection connection, Guid batch, string status, string? reason, CancellationToken cancellationToken)
    {
        await using var end = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(EndSql)
                {
                    Parameters =
                    {
                        new() { Value = batch }, new() { Value = status },
                        new() { Value = (object?)reason ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                    },
                },
                new(SkipSql) { Parameters = { new() { Value = batch } } },
            },
        };
        await end.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <param name="Awaited">The batch has a canary, and it has not succeeded yet.</param>
    private sealed record Canary(bool Awaited, bool UnderWay, string? Error);
}
