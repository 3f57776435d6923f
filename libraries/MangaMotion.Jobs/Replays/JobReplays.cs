using MangaMotion.Jobs.Changes;
using MangaMotion.Jobs.Fairness;
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
public sealed class JobReplays(NpgsqlDataSource database, IOutbox outbox, JobTypes types, FairShare shares, JobChanges changes)
{
    // A statement of its own: the next one then sees what whoever held the locks has committed. Everybody takes a whole before
    // its parts, and jobs before their dead letters.
    private const string LockSql =
        """
        select from jobs where id in (select unnest(array[id, parent_id]) from jobs where id = any($1))
        order by parent_id nulls first, id for update
        """;

    private const string CloseLetter = "status = 'REPLAYING', resolved_at = clock_timestamp(), updated_at = clock_timestamp()";

    private const string Revive =
        """
        status = 'UPLOADED', attempts = 0, crashes = 0, not_before = null, finished_at = null, started_at = null,
        claim_token = null, claimed_by = null, lease_until = null, bulk = false, updated_at = clock_timestamp()
        """;

    private const string ReplaySql =
        $"""
        with letter as (
          update failed_jobs f set {CloseLetter} from jobs j
          where j.id = any($1) and j.status = 'FAILED' and f.job_id = j.id and f.resolved_at is null
          returning f.id)
        update jobs j set {Revive}, replay_of = (select id from letter)
        where id = any($1) and status in ('FAILED', 'CANCELED')
        returning {Columns}
        """;

    // The dead letter is the key: whoever comes with it, and however often, it gives its job one more life. Where it comes with
    // the message of a part, the dead letter is the whole's: both live again.
    private const string SpendSql =
        $"""
        with letter as (
          update failed_jobs f set {CloseLetter} from jobs j
          where j.id in (select coalesce(parent_id, id) from jobs where id = any($1)) and j.status = 'FAILED'
            and f.job_id = j.id and f.id = any($2) and f.resolved_at is null
          returning f.id, f.job_id)
        update jobs j set {Revive}, replay_of = case when j.id = letter.job_id then letter.id end
        from letter where (j.id = letter.job_id or (j.id = any($1) and j.parent_id = letter.job_id)) and j.status = 'FAILED'
        returning {Columns}
        """;

    private const string Columns = "j.id, j.owner_id, j.ingest_id, j.replay_of, j.type, j.lane, j.input::text";

    /// <summary>Runs a failed or canceled job again: row, dead letter and message in one transaction.</summary>
    public async Task<JobChange> ReplayAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var revived = await ReviveAsync(connection, [jobId], new(ReplaySql) { Parameters = { Ids([jobId]) } }, cancellationToken);
        if (revived.Count == 0)
            return await ExistsAsync(connection, jobId, cancellationToken) ? JobChange.NotAllowed : JobChange.NoSuchJob;

        var messages = await SendAsync(connection, revived, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Committed(revived, messages);
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
        var revived = await ReviveAsync(connection, [jobId], Spend([jobId], [deadLetterId]), cancellationToken);
        var messages = await SendAsync(connection, revived.Where(job => job.Id != jobId), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Committed(revived, messages);
        return revived.Count > 0;
    }

    /// <summary>Within the caller's transaction: those of the dead letters that are open give their jobs another life.</summary>
    /// <returns>What to pass to <see cref="Committed"/> after the commit.</returns>
    internal async Task<(IReadOnlyList<Revived> Revived, IReadOnlyList<OutboxMessage> Messages)> ReplayAsync(
        NpgsqlConnection connection, Guid[] jobIds, Guid[] deadLetterIds, CancellationToken cancellationToken)
    {
        var revived = await ReviveAsync(connection, jobIds, Spend(jobIds, deadLetterIds), cancellationToken);
        return (revived, await SendAsync(connection, revived, cancellationToken));
    }

    internal void Committed(IReadOnlyList<Revived> revived, IReadOnlyList<OutboxMessage> messages)
    {
        outbox.Committed(messages);
        foreach (var job in revived)
            changes.Announce(job.Id, job.IngestId);
    }

    private static async Task<List<Revived>> ReviveAsync(
        NpgsqlConnection connection, Guid[] jobIds, NpgsqlBatchCommand revive, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new(LockSql) { Parameters = { Ids(jobIds) } }, revive } };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var revived = new List<Revived>();
        while (await reader.ReadAsync(cancellationToken))
        {
            revived.Add(new(
                reader.GetGuid(0), Id(reader, 1), Id(reader, 2), Id(reader, 3), reader.GetString(4), Lanes.Parse(reader.GetString(5)), reader.GetString(6)));
        }

        return revived;
    }

    /// <summary>Stores the messages of the jobs.</summary>
    private async Task<IReadOnlyList<OutboxMessage>> SendAsync(NpgsqlConnection connection, IEnumerable<Revived> jobs, CancellationToken cancellationToken)
    {
        var messages = new List<OutboxMessage>();
        var bulk = new List<Guid>();
        foreach (var group in jobs.GroupBy(job => (job.Type, job.Lane, job.OwnerId)))
        {
            var type = types[group.Key.Type];
            var admitted = await shares.AdmitAsync(type, group.Key.Lane, group.Key.OwnerId, group.Count(), connection, cancellationToken);
            foreach (var (i, job) in group.Index())
                messages.Add(await type.PrepareAsync(outbox, job.Id, job.Lane, i >= admitted, job.Input, notBefore: null, cancellationToken));
            bulk.AddRange(group.Skip(admitted).Select(job => job.Id));
        }

        if (messages.Count == 0)
            return messages;
        await using var batch = new NpgsqlBatch(connection);
        if (bulk.Count > 0)
            batch.BatchCommands.Add(new("update jobs set bulk = true where id = any($1)") { Parameters = { Ids([.. bulk]) } });
        outbox.AppendInsert(batch, messages);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return messages;
    }

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select exists (select from jobs where id = $1)", connection)
        {
            Parameters = { new() { Value = jobId } },
        };
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static NpgsqlBatchCommand Spend(Guid[] jobIds, Guid[] deadLetterIds) =>
        new(SpendSql) { Parameters = { Ids(jobIds), Ids(deadLetterIds) } };

    private static NpgsqlParameter<Guid[]> Ids(Guid[] ids) => new() { TypedValue = ids };

    private static Guid? Id(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    /// <param name="DeadLetter">The one that was spent; a canceled job and a part have none.</param>
    internal sealed record Revived(Guid Id, Guid? OwnerId, Guid? IngestId, Guid? DeadLetter, string Type, Lane Lane, string Input);
}
