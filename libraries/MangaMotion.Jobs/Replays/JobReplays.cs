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
        select type, lane, input::text, id, ingest_id from job
        """;

    // The dead letter is the key: its message, moved back by hand, revives the job once, however often it is delivered.
    // Where it is that of a part, the dead letter is the whole's: both live again, and the whole is told to go on.
    private const string AdoptSql =
        $"""
        with job as (
          select id, coalesce(parent_id, id) as whole from jobs where id = $1),
        letter as (
          update failed_jobs f set resolved_at = clock_timestamp(), updated_at = clock_timestamp()
          from job where f.id = $2 and f.job_id = job.whole and f.resolved_at is null returning f.job_id)
        update jobs set {Revive} from letter where jobs.id in (letter.job_id, $1) and jobs.status = 'FAILED'
        returning jobs.type, jobs.lane, jobs.input::text, jobs.id, jobs.ingest_id
        """;

    /// <summary>Runs a failed or canceled job again: row, dead letter and message in one transaction.</summary>
    public async Task<JobChange> ReplayAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var revived = await ReviveAsync(connection, transaction, ReplaySql, [jobId], cancellationToken);
        if (revived.Count == 0)
            return await ExistsAsync(connection, transaction, jobId, cancellationToken) ? JobChange.NotAllowed : JobChange.NoSuchJob;

        await SendAsync(connection, transaction, revived, cancellationToken);
        return JobChange.Changed;
    }

    /// <summary>
    /// The message of a dead letter was moved back to its queue: the job lives again, once per dead letter. It is at hand
    /// already; where the job is a part, its whole lives again too and is sent its own message.
    /// </summary>
    internal async Task<bool> AdoptAsync(Guid jobId, Guid deadLetterId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var revived = await ReviveAsync(connection, transaction, AdoptSql, [jobId, deadLetterId], cancellationToken);
        await SendAsync(connection, transaction, revived.Where(job => job.Id != jobId).ToArray(), cancellationToken);
        foreach (var job in revived.Where(job => job.Id == jobId))
            changes.Announce(job.Id, job.IngestId);
        return revived.Count > 0;
    }

    private async Task<IReadOnlyList<Revived>> ReviveAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, Guid[] parameters, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        command.Parameters.AddRange(Array.ConvertAll(parameters, id => new NpgsqlParameter<Guid> { TypedValue = id }));
        var revived = new List<Revived>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            revived.Add(new(
                reader.GetGuid(3), reader.IsDBNull(4) ? null : reader.GetGuid(4), types[reader.GetString(0)],
                Lanes.Parse(reader.GetString(1)), reader.GetString(2)));
        }

        return revived;
    }

    /// <summary>Stores the messages of the jobs, commits, and says so.</summary>
    private async Task SendAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<Revived> jobs, CancellationToken cancellationToken)
    {
        var messages = new List<OutboxMessage>(jobs.Count);
        foreach (var job in jobs)
            messages.Add(await job.Type.PrepareAsync(outbox, job.Id, job.Lane, job.Input, notBefore: null, cancellationToken));
        if (messages.Count > 0)
        {
            await using var batch = new NpgsqlBatch(connection, transaction);
            outbox.AppendInsert(batch, messages);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        outbox.Committed(messages);
        foreach (var job in jobs)
            changes.Announce(job.Id, job.IngestId);
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

    private sealed record Revived(Guid Id, Guid? IngestId, JobType Type, Lane Lane, string Input);
}
