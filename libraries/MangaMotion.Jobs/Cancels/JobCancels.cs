using System.Data;
using MangaMotion.Jobs.Changes;
using MangaMotion.Jobs.Replays;
using MangaMotion.Jobs.Transitions;
using Npgsql;

namespace MangaMotion.Jobs.Cancels;

/// <summary>
/// Cancels jobs with all their parts. The row changes at once, so no result can be committed; workers are notified by NOTIFY.
/// </summary>
public sealed class JobCancels(NpgsqlDataSource database, JobChanges changes)
{
    // A statement of its own: a transaction that adds parts holds this lock, and parts committed during the wait must be seen.
    private const string LockSql = "select from jobs where id = @job_id for update";

    public async Task<JobChange> CancelAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new(LockSql) { Parameters = { new NpgsqlParameter<Guid>("job_id", jobId) } });
        batch.BatchCommands.Add(JobTransitions.Cancel(jobId));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        if (!row.GetBoolean("found"))
            return JobChange.NoSuchJob;
        if (!row.GetBoolean("canceled"))
            return JobChange.NotAllowed;
        changes.Announce(jobId, row.GetFieldValue<Guid?>("ingest_id"));
        return JobChange.Changed;
    }
}
