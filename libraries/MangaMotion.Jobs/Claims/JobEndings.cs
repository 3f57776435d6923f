using System.Data;
using MangaMotion.Jobs.Changes;
using MangaMotion.Jobs.Failures;
using MangaMotion.Jobs.Transitions;
using MangaMotion.Messaging.Postgres.Outbox;
using Npgsql;

namespace MangaMotion.Jobs.Claims;

/// <summary>Ends attempts that did not succeed. Each ending is one transaction with the message that follows from it.</summary>
public sealed class JobEndings(NpgsqlDataSource database, IOutbox outbox, JobChanges changes)
{
    // An interrupted attempt has no error if a stopping worker handed it back, and the error 'canceled' if the job was canceled.
    private const string CountWorkerFaultsSql =
        "select count(*)::int from job_attempts where job_id = @job_id and outcome = 'interrupted' and error <> 'canceled'";

    // Uncounted attempts since the job was accepted, replayed or canceled: since the counted attempt before the @counted ones of now.
    private const string IsHeldTooLongSql =
        """
        select coalesce(min(ended_at) < clock_timestamp() - @hold_at_most, false) from job_attempts
        where job_id = @job_id and outcome = 'interrupted' and error <> 'canceled' and started_at > coalesce(greatest(
          (select started_at from job_attempts where job_id = @job_id and outcome in ('done', 'transient', 'permanent')
           order by started_at desc offset @counted limit 1),
          (select max(started_at) from job_attempts where job_id = @job_id and error = 'canceled')), '-infinity')
        """;

    /// <summary>Ends an attempt that failed for a passing reason: the job waits, and its message returns when it is due.</summary>
    /// <param name="createMessage">Makes the message of the next attempt from the time it is due, by the database's clock.</param>
    /// <returns>False if the claim is stale.</returns>
    public Task<bool> RetryLaterAsync(
        Claim claim, JobFailure failure, TimeSpan delay, Func<DateTimeOffset?, OutboxMessage> createMessage,
        CancellationToken cancellationToken) =>
        EndAttemptAsync(claim.JobId, JobTransitions.Retry(claim, failure, delay), createMessage, cancellationToken);

    /// <summary>Ends an interrupted attempt: it does not count, and the job is free for the next worker at once.</summary>
    /// <param name="message">The message of the next attempt.</param>
    /// <returns>False if the claim is stale.</returns>
    public Task<bool> HandBackAsync(Claim claim, OutboxMessage message, CancellationToken cancellationToken) =>
        EndAttemptAsync(claim.JobId, JobTransitions.HandBack(claim), _ => message, cancellationToken);

    /// <summary>Ends an attempt in which the worker's machine failed. It does not count, and the job waits as after a retry.</summary>
    /// <inheritdoc cref="RetryLaterAsync"/>
    public Task<bool> HandBackLaterAsync(
        Claim claim, JobFailure failure, TimeSpan delay, Func<DateTimeOffset?, OutboxMessage> createMessage,
        CancellationToken cancellationToken) =>
        EndAttemptAsync(claim.JobId, JobTransitions.HandBackLater(claim, failure, delay), createMessage, cancellationToken);

    /// <summary>Counts the attempts of a job in which a worker's machine failed.</summary>
    public async Task<int> CountWorkerFaultsAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(CountWorkerFaultsSql);
        command.Parameters.Add(new NpgsqlParameter<Guid>("job_id", jobId));
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Returns whether the first uncounted attempt of a job, since it was accepted or replayed, is older than a time.</summary>
    public async Task<bool> IsHeldTooLongAsync(Claim claim, TimeSpan holdAtMost, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(IsHeldTooLongSql);
        command.Parameters.Add(new NpgsqlParameter<Guid>("job_id", claim.JobId));
        command.Parameters.Add(new NpgsqlParameter<int>("counted", claim.Attempt - 1));
        command.Parameters.Add(new NpgsqlParameter<TimeSpan>("hold_at_most", holdAtMost));
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Ends the job for good: <c>FAILED</c>, a row in <c>failed_jobs</c>, and its message in the error queue.</summary>
    /// <param name="token">Token of the claim; null for poison, whose lease has lapsed.</param>
    /// <param name="message">The message for the error queue. It is not sent if a dead letter of the same whole exists already.</param>
    /// <returns>False if the claim is stale.</returns>
    public Task<bool> DeadLetterAsync(
        Guid jobId, Guid? token, Guid deadLetterId, JobFailure failure, string errorQueue, OutboxMessage message,
        CancellationToken cancellationToken) =>
        EndAttemptAsync(
            jobId, JobTransitions.DeadLetter(jobId, token, deadLetterId, failure, errorQueue), _ => message, cancellationToken);

    /// <summary>Writes a message of a job that is not claimed. The job is not changed.</summary>
    /// <returns>True.</returns>
    public async Task<bool> PostponeAsync(OutboxMessage message, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        outbox.AppendInsert(batch, [message]);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        outbox.Committed([message]);
        return true;
    }

    private async Task<bool> EndAttemptAsync(
        Guid jobId, NpgsqlBatchCommand transition, Func<DateTimeOffset?, OutboxMessage> createMessage, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        Ending ending;
        await using (var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { transition } })
        await using (var row = await batch.ExecuteReaderAsync(cancellationToken))
        {
            if (!await row.ReadAsync(cancellationToken))
                return false;
            ending = new(
                row.GetFieldValue<Guid?>("ingest_id"), row.GetFieldValue<Guid?>("whole_id"),
                row.GetFieldValue<DateTimeOffset?>("not_before"), row.GetBoolean("has_message"));
        }

        OutboxMessage[] messages = ending.HasMessage ? [createMessage(ending.NotBefore)] : [];
        if (messages.Length > 0)
        {
            await using var batch = new NpgsqlBatch(connection, transaction);
            outbox.AppendInsert(batch, messages);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        outbox.Committed(messages);
        changes.Announce(ending.WholeId ?? jobId, ending.IngestId);
        return true;
    }

    /// <param name="WholeId">The whole that failed with a part; null otherwise.</param>
    private sealed record Ending(Guid? IngestId, Guid? WholeId, DateTimeOffset? NotBefore, bool HasMessage);
}
