using MangaMotion.Jobs.Fairness;
using MangaMotion.Messaging.Postgres.Outbox;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Jobs;

/// <summary>Accepts jobs: their rows and their messages in the caller's one transaction.</summary>
public sealed class JobIntake(IOutbox outbox, FairShare shares)
{
    private const string Insert =
        """
        insert into jobs (id, owner_id, ingest_id, asset_id, type, lane, max_attempts, params, input, not_before, bulk)
        select id, owner_id, ingest_id, asset_id, type, lane, max_attempts, params::jsonb, input::jsonb, not_before, bulk
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
          as job (id, owner_id, ingest_id, asset_id, type, lane, max_attempts, params, input, not_before, bulk)
        """;

    /// <summary>
    /// Appends the rows and the messages to the batch, two statements whatever the number of jobs. May ask the database on a
    /// connection of its own, so the caller should hold none yet. After the commit
    /// pass what is returned to <see cref="IOutbox.Committed"/>, so that the messages leave at once.
    /// </summary>
    public async Task<IReadOnlyList<OutboxMessage>> AppendAsync(
        NpgsqlBatch batch, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken)
    {
        var inputs = new string[jobs.Count];
        var messages = new OutboxMessage[jobs.Count];
        var bulk = await WhichAreBulkAsync(jobs, cancellationToken);
        for (var i = 0; i < jobs.Count; i++)
        {
            var job = jobs[i];
            inputs[i] = job.Type.SerializeInput(job.Command);
            messages[i] = await job.Type.PrepareAsync(outbox, job.Id, job.Lane, bulk[i], inputs[i], job.NotBefore, cancellationToken);
        }

        batch.BatchCommands.Add(new NpgsqlBatchCommand(Insert)
        {
            Parameters =
            {
                Column(jobs, job => job.Id),
                Column(jobs, job => job.OwnerId),
                Column(jobs, job => job.IngestId),
                Column(jobs, job => job.AssetId),
                Column(jobs, job => job.Type.Name),
                Column(jobs, job => job.Lane.Name()),
                Column(jobs, job => job.MaxAttempts),
                Column(jobs, job => job.Params),
                new NpgsqlParameter { Value = inputs },
                new NpgsqlParameter
                {
                    Value = jobs.Select(job => job.NotBefore?.UtcDateTime).ToArray(),
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
                },
                new NpgsqlParameter<bool[]> { TypedValue = bulk },
            },
        });
        outbox.AppendInsert(batch, messages);
        return messages;
    }

    private async Task<bool[]> WhichAreBulkAsync(IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken)
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

    private static NpgsqlParameter<T[]> Column<T>(IReadOnlyList<NewJob> jobs, Func<NewJob, T> value) =>
        new NpgsqlParameter<T[]> { TypedValue = jobs.Select(value).ToArray() };
}
