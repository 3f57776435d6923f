using System.Data;
using MangaMotion.Jobs.Changes;
using MangaMotion.Jobs.Fairness;
using MangaMotion.Jobs.Transitions;
using MangaMotion.Messaging.Postgres.Outbox;
using Npgsql;

namespace MangaMotion.Jobs.Replays;

/// <summary>Outcome of a request to replay, cancel or edit a job.</summary>
public enum JobChange
{
    Changed,

    /// <summary>The status of the job does not allow it; nothing was changed.</summary>
    NotAllowed,

    NoSuchJob,
}

/// <summary>Runs failed and canceled jobs again, with attempts counted from zero.</summary>
public sealed class JobReplays(NpgsqlDataSource database, IOutbox outbox, JobTypes types, FairShare shares, JobChanges changes)
{
    private const string ExistsSql = "select exists (select from jobs where id = @job_id)";

    /// <summary>Replays a failed or canceled job: row, dead letter and message in one transaction.</summary>
    public async Task<JobChange> ReplayAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var replayed = await ReplayRowsAsync(connection, [jobId], JobTransitions.Replay(jobId), cancellationToken);
        if (replayed.Count == 0)
            return await ExistsAsync(connection, jobId, cancellationToken) ? JobChange.NotAllowed : JobChange.NoSuchJob;

        var messages = await StoreMessagesAsync(connection, replayed, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Committed(replayed, messages);
        return JobChange.Changed;
    }

    /// <summary>
    /// Replays a job whose message was moved from the error queue back to its queue: once for each dead letter. The caller holds the
    /// message, so the job gets no new one; if the job is a part, its whole is replayed too and gets a message.
    /// </summary>
    internal async Task<bool> ReplayMovedMessageAsync(Guid jobId, Guid deadLetterId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var transition = JobTransitions.ReplayDeadLetters([jobId], [deadLetterId]);
        var replayed = await ReplayRowsAsync(connection, [jobId], transition, cancellationToken);
        var messages = await StoreMessagesAsync(connection, replayed.Where(job => job.Id != jobId), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Committed(replayed, messages);
        return replayed.Count > 0;
    }

    /// <summary>Replays the jobs of those dead letters that are open, within the caller's transaction.</summary>
    /// <returns>Arguments of <see cref="Committed"/>, to be called after the commit.</returns>
    internal async Task<(IReadOnlyList<ReplayedJob> Replayed, IReadOnlyList<OutboxMessage> Messages)> ReplayAsync(
        NpgsqlConnection connection, Guid[] jobIds, Guid[] deadLetterIds, CancellationToken cancellationToken)
    {
        var transition = JobTransitions.ReplayDeadLetters(jobIds, deadLetterIds);
        var replayed = await ReplayRowsAsync(connection, jobIds, transition, cancellationToken);
        return (replayed, await StoreMessagesAsync(connection, replayed, cancellationToken));
    }

    /// <summary>Sends the messages and announces the jobs of a committed replay.</summary>
    internal void Committed(IReadOnlyList<ReplayedJob> replayed, IReadOnlyList<OutboxMessage> messages)
    {
        outbox.Committed(messages);
        foreach (var job in replayed)
            changes.Announce(job.Id, job.IngestId);
    }

    private static async Task<List<ReplayedJob>> ReplayRowsAsync(
        NpgsqlConnection connection, Guid[] jobIds, NpgsqlBatchCommand transition, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { JobTransitions.LockForReplay(jobIds), transition } };
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        var replayed = new List<ReplayedJob>();
        while (await row.ReadAsync(cancellationToken))
        {
            replayed.Add(new(
                row.GetGuid("id"), row.GetFieldValue<Guid?>("owner_id"), row.GetFieldValue<Guid?>("ingest_id"),
                row.GetFieldValue<Guid?>("replay_of"), row.GetString("type"), Lanes.Parse(row.GetString("lane")), row.GetString("input")));
        }

        return replayed;
    }

    private async Task<IReadOnlyList<OutboxMessage>> StoreMessagesAsync(
        NpgsqlConnection connection, IEnumerable<ReplayedJob> jobs, CancellationToken cancellationToken)
    {
        var messages = new List<OutboxMessage>();
        var bulk = new List<Guid>();
        foreach (var group in jobs.GroupBy(job => (job.Type, job.Lane, job.OwnerId)))
        {
            var type = types[group.Key.Type];
            var admitted = await shares.AdmitAsync(type, group.Key.Lane, group.Key.OwnerId, group.Count(), connection, cancellationToken);
            foreach (var (i, job) in group.Index())
                messages.Add(
                    await type.PrepareAsync(outbox, job.Id, job.Lane, i >= admitted, job.Input, notBefore: null, cancellationToken));
            bulk.AddRange(group.Skip(admitted).Select(job => job.Id));
        }

        if (messages.Count == 0)
            return messages;
        await using var batch = new NpgsqlBatch(connection);
        if (bulk.Count > 0)
            batch.BatchCommands.Add(JobTransitions.SetBulk([.. bulk]));
        outbox.AppendInsert(batch, messages);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return messages;
    }

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ExistsSql, connection)
        {
            Parameters = { new NpgsqlParameter<Guid>("job_id", jobId) },
        };
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <param name="DeadLetter">The dead letter that the replay closed; null for a canceled job and for a part.</param>
    internal sealed record ReplayedJob(
        Guid Id, Guid? OwnerId, Guid? IngestId, Guid? DeadLetter, string Type, Lane Lane, string Input);
}
