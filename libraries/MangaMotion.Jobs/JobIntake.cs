using MangaMotion.Jobs.Fairness;
using MangaMotion.Jobs.Transitions;
using MangaMotion.Messaging.Postgres.Outbox;
using Npgsql;

namespace MangaMotion.Jobs;

/// <summary>Accepts jobs: rows and messages in the transaction of the caller.</summary>
public sealed class JobIntake(IOutbox outbox, FairShare shares)
{
    /// <summary>
    /// Appends the rows and the messages to the batch: two statements for any number of jobs. May query the database on another
    /// connection, so the caller should not hold one yet.
    /// </summary>
    /// <returns>Messages to pass to <see cref="IOutbox.Committed"/> after the commit, so that they are sent at once.</returns>
    public async Task<IReadOnlyList<OutboxMessage>> AppendAsync(
        NpgsqlBatch batch, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken)
    {
        var inputs = new string[jobs.Count];
        var messages = new OutboxMessage[jobs.Count];
        var bulk = await DecideBulkAsync(jobs, cancellationToken);
        for (var i = 0; i < jobs.Count; i++)
        {
            var job = jobs[i];
            inputs[i] = job.Type.SerializeInput(job.Command);
            messages[i] = await job.Type.PrepareAsync(outbox, job.Id, job.Lane, bulk[i], inputs[i], job.NotBefore, cancellationToken);
        }

        batch.BatchCommands.Add(JobTransitions.Accept(jobs, inputs, bulk));
        outbox.AppendInsert(batch, messages);
        return messages;
    }

    private async Task<bool[]> DecideBulkAsync(IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken)
    {
        var bulk = new bool[jobs.Count];
        foreach (var group in Enumerable.Range(0, jobs.Count).GroupBy(i => (jobs[i].Type, jobs[i].Lane, jobs[i].OwnerId)))
        {
            var (type, lane, owner) = group.Key;
            var admitted = await shares.AdmitAsync(type, lane, owner, group.Count(), connection: null, cancellationToken);
            foreach (var i in group.Skip(admitted))
                bulk[i] = true;
        }

        return bulk;
    }
}
