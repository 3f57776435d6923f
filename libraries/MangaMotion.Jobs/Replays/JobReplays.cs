using MangaMotion.Jobs.Changes;
using MangaMotion.Messaging.Postgres.Outbox;
using Npgsql;

namespace MangaMotion.Jobs.Replays;

/// <summary>What became of a request to run a job again or to cancel it.</summary>
public enum JobChange
{
    Changed,

    /// <summary>The job's status does not allow it; nothing was changed.</summary>
    NotAllowed,

    NoSuchJob,
}

/// <summary>A second life for failed and canceled jobs, with attempts counted from zero.</summary>
public sealed class JobReplays(NpgsqlDataSource database, IOutbox outbox, JobTypes types, JobChanges changes)
{
    private const string Revive =
        """
        status = 'UPLOADED', attempts = 0, crashes = 0, not_before = null, finished_at = null, started_at = null,
        claim_token = null, claimed_by = null, lease_until = null, updated_at = clock_timestamp()
        """;

    private const string ReplaySql =
        $"""
        with job as (
          update jobs set {Revive} where id = $1 and status in ('FAILED', 'CANCELED') returning id, ingest_id, type, lane, input),
        letter as (
          update failed_jobs f set resolved_at = clock_timestamp(), updated_at = clock_timestamp()
          from job where f.job_id = job.id and f.resolved_at is null)
        select type, lane, input::text, ingest_id from job
        """;

    // The dead letter is the key: its message, moved back by hand, revives the job once, however often it is delivered.
    private const string AdoptSql =
        $"""
        with letter as (
          update failed_jobs set resolved_at = clock_timestamp(), updated_at = clock_timestamp()
          where id = $2 and job_id = $1 and resolved_at is null returning job_id)
        update jobs set {Revive} from letter where jobs.id = letter.job_id and jobs.status = 'FAILED'
        returning jobs.ingest_id
        """;

    /// <summary>Runs a failed or canceled job again: row, dead letter and message in one transaction.</summary>
    public async Task<JobChange> ReplayAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        JobType type;
        Lane lane;
        string input;
        Guid? ingestId;
        await using (var command = new NpgsqlCommand(ReplaySql, connection, transaction) { Parameters = { new() { Value = jobId } } })
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                await reader.DisposeAsync();
                return await ExistsAsync(connection, transaction, jobId, cancellationToken) ? JobChange.NotAllowed : JobChange.NoSuchJob;
            }

            (type, lane, input) = (types[reader.GetString(0)], Lanes.Parse(reader.GetString(1)), reader.GetString(2));
            ingestId = reader.IsDBNull(3) ? null : reader.GetGuid(3);
        }

        OutboxMessage[] messages = [await type.PrepareAsync(outbox, jobId, lane, input, notBefore: null, cancellationToken)];
        await using (var batch = new NpgsqlBatch(connection, transaction))
        {
            outbox.AppendInsert(batch, messages);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        outbox.Committed(messages);
        changes.Announce(jobId, ingestId);
        return JobChange.Changed;
    }

    /// <summary>The message of a dead letter was moved back to its queue: the job lives again, once per dead letter.</summary>
    internal async Task<bool> AdoptAsync(Guid jobId, Guid deadLetterId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(AdoptSql);
        command.Parameters.Add(new() { Value = jobId });
        command.Parameters.Add(new() { Value = deadLetterId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return false;
        changes.Announce(jobId, reader.IsDBNull(0) ? null : reader.GetGuid(0));
        return true;
    }

    private static async Task<bool> ExistsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select exists (select from jobs where id = $1)", connection, transaction)
        {
            Parameters = { new() { Value = jobId } },
        };
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
