using MangaMotion.Jobs.Changes;
using MangaMotion.Jobs.Failures;
using MangaMotion.Messaging.Postgres.Outbox;
using Npgsql;

namespace MangaMotion.Jobs.Claims;

/// <summary>The endings of an attempt other than success; each is one transaction with the message that follows from it.</summary>
public sealed class JobEndings(NpgsqlDataSource database, IOutbox outbox, JobChanges changes)
{
    private const string RetrySql =
        """
        with ended as (
          update jobs set status = 'UPLOADED', last_error = $3, not_before = clock_timestamp() + $4,
            claim_token = null, claimed_by = null, lease_until = null, updated_at = clock_timestamp()
          where id = $1 and claim_token = $2 and status = 'PROCESSING'
          returning id, ingest_id, not_before),
        attempt as (
          update job_attempts a set outcome = 'transient', ended_at = clock_timestamp(), error = $5
          from ended where a.job_id = ended.id and a.token = $2)
        select ingest_id, not_before from ended
        """;

    private const string HandBackSql =
        """
        with ended as (
          update jobs set status = 'UPLOADED', attempts = attempts - 1,
            claim_token = null, claimed_by = null, lease_until = null, updated_at = clock_timestamp()
          where id = $1 and claim_token = $2 and status = 'PROCESSING'
          returning id, ingest_id),
        attempt as (
          update job_attempts a set outcome = 'interrupted', ended_at = clock_timestamp()
          from ended where a.job_id = ended.id and a.token = $2)
        select ingest_id, null::timestamptz from ended
        """;

    // A part takes its whole with it, and the dead letter is the whole's: one, however many parts fail. The whole's row is locked
    // before the part's, as everywhere.
    // $2 is the claim's token, or null for a job whose worker died once too often: then its lease must have lapsed.
    private const string DeadLetterSql =
        """
        with owner as materialized (
          select id from jobs where id = (select parent_id from jobs where id = $1) for update),
        ended as (
          update jobs set status = 'FAILED', last_error = $3, claimed_by = null, lease_until = null, not_before = null,
            attempts = attempts - case when $2::uuid is null then 1 else 0 end,
            crashes = crashes + case when $2::uuid is null then 1 else 0 end,
            finished_at = clock_timestamp(), updated_at = clock_timestamp()
          where id = $1 and status = 'PROCESSING'
            and (claim_token = $2 or ($2::uuid is null and lease_until < clock_timestamp()))
            and (select count(*) from owner) >= 0
          returning id, owner_id, ingest_id, type, attempts, max_attempts, input, claim_token),
        whole as (
          update jobs w set status = 'FAILED', last_error = $3, attempts = ended.attempts, not_before = null,
            finished_at = clock_timestamp(), updated_at = clock_timestamp()
          from owner, ended where w.id = owner.id and w.status in ('UPLOADED', 'PROCESSING')
          returning w.id, w.owner_id, w.ingest_id, w.type),
        attempt as (
          update job_attempts a set ended_at = clock_timestamp(), error = $4,
            outcome = case when $2::uuid is null then 'crashed' when $10 then 'permanent' else 'transient' end
          from ended where a.job_id = ended.id and a.token = ended.claim_token),
        letter as (
          insert into failed_jobs (id, job_id, owner_id, job_type, attempts, max_attempts, last_error, error_stacktrace, input_data,
            error_class, error_code, fingerprint, error_queue, permanent, tool_output)
          select $5, coalesce(whole.id, ended.id), coalesce(whole.owner_id, ended.owner_id), coalesce(whole.type, ended.type),
            ended.attempts, ended.max_attempts, $3, $4, ended.input, $6, $7, $8, $9, $10, $11
          from ended left join whole on true
          where whole.id is not null or not exists (select from owner)
          returning id)
        select coalesce(whole.ingest_id, ended.ingest_id), null::timestamptz, (select count(*) from letter), whole.id from ended left join whole on true
        """;

    /// <summary>The attempt failed for a passing reason: the job waits, its message comes back when it is due.</summary>
    /// <param name="again">The message, given the time it is due by the database's clock.</param>
    /// <returns>False when the claim is stale.</returns>
    public Task<bool> RetryLaterAsync(Claim claim, JobFailure failure, TimeSpan delay, Func<DateTimeOffset?, OutboxMessage> again, CancellationToken cancellationToken) =>
        EndAsync(
            claim.JobId,
            new NpgsqlBatchCommand(RetrySql)
            {
                Parameters =
                {
                    new NpgsqlParameter<Guid> { TypedValue = claim.JobId },
                    new NpgsqlParameter<Guid> { TypedValue = claim.Token },
                    new NpgsqlParameter<string> { TypedValue = failure.Message },
                    new NpgsqlParameter<TimeSpan> { TypedValue = delay },
                    new NpgsqlParameter<string> { TypedValue = failure.Details },
                },
            },
            again,
            cancellationToken);

    /// <summary>The attempt was interrupted: it does not count, and the job is free for the next worker at once.</summary>
    /// <returns>False when the claim is stale.</returns>
    public Task<bool> HandBackAsync(Claim claim, OutboxMessage again, CancellationToken cancellationToken) =>
        EndAsync(
            claim.JobId,
            new NpgsqlBatchCommand(HandBackSql)
            {
                Parameters =
                {
                    new NpgsqlParameter<Guid> { TypedValue = claim.JobId },
                    new NpgsqlParameter<Guid> { TypedValue = claim.Token },
                },
            },
            _ => again,
            cancellationToken);

    /// <summary>The job has failed for good: <c>FAILED</c>, a <c>failed_jobs</c> row, and its message in the error queue.</summary>
    /// <param name="token">The claim's token, or null for poison: the lease has lapsed and nobody holds the job.</param>
    /// <returns>False when the claim is stale.</returns>
    public Task<bool> DeadLetterAsync(
        Guid jobId, Guid? token, Guid deadLetterId, JobFailure failure, string errorQueue, OutboxMessage buried, CancellationToken cancellationToken) =>
        EndAsync(
            jobId,
            new NpgsqlBatchCommand(DeadLetterSql)
            {
                Parameters =
                {
                    new NpgsqlParameter<Guid> { TypedValue = jobId },
                    new NpgsqlParameter { Value = (object?)token ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid },
                    new NpgsqlParameter<string> { TypedValue = failure.Message },
                    new NpgsqlParameter<string> { TypedValue = failure.Details },
                    new NpgsqlParameter<Guid> { TypedValue = deadLetterId },
                    new NpgsqlParameter<string> { TypedValue = failure.ErrorClass },
                    new NpgsqlParameter<string> { TypedValue = failure.Code },
                    new NpgsqlParameter<string> { TypedValue = failure.Fingerprint },
                    new NpgsqlParameter<string> { TypedValue = errorQueue },
                    new NpgsqlParameter<bool> { TypedValue = failure.Permanent },
                    new NpgsqlParameter { Value = (object?)failure.ToolOutput ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                },
            },
            _ => buried,
            cancellationToken);

    private async Task<bool> EndAsync(
        Guid jobId, NpgsqlBatchCommand ending, Func<DateTimeOffset?, OutboxMessage> message, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        Guid? ingestId;
        Guid? whole;
        DateTimeOffset? due;
        bool wanted;
        await using (var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { ending } })
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
                return false;
            ingestId = reader.IsDBNull(0) ? null : reader.GetGuid(0);
            due = reader.IsDBNull(1) ? null : reader.GetFieldValue<DateTimeOffset>(1);
            wanted = reader.FieldCount == 2 || reader.GetInt64(2) > 0;
            whole = reader.FieldCount == 2 || reader.IsDBNull(3) ? null : reader.GetGuid(3);
        }

        OutboxMessage[] messages = wanted ? [message(due)] : [];
        if (messages.Length > 0)
        {
            await using var batch = new NpgsqlBatch(connection, transaction);
            outbox.AppendInsert(batch, messages);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        outbox.Committed(messages);
        changes.Announce(whole ?? jobId, ingestId);
        return true;
    }
}
