using MangaMotion.Jobs.Changes;
using MangaMotion.Jobs.Replays;
using Npgsql;

namespace MangaMotion.Jobs.Cancels;

/// <summary>Cancels jobs, with all their parts. The row changes at once, so no result can be committed; the worker is told by NOTIFY.</summary>
public sealed class JobCancels(NpgsqlDataSource database, JobChanges changes)
{
    /// <summary>The channel on which workers are told; the payload is the token of the claim that was lost, so that no later attempt is meant.</summary>
    internal const string Channel = "job_canceled";

    // First and alone: whoever adds parts holds the whole's row, and what was added while we waited must be seen.
    private const string LockSql = "select from jobs where id = $1 for update";

    private const string CancelSql =
        $"""
        with found as (
          select id, ingest_id, status, claim_token from jobs where id = $1 or parent_id = $1 order by id for update),
        canceled as (
          update jobs j set status = 'CANCELED', claim_token = null, claimed_by = null, lease_until = null, not_before = null,
            attempts = j.attempts - case when found.status = 'PROCESSING' then 1 else 0 end,
            finished_at = clock_timestamp(), updated_at = clock_timestamp()
          from found where j.id = found.id and found.status in ('UPLOADED', 'PROCESSING')
          returning j.id, found.claim_token),
        attempt as (
          update job_attempts a set outcome = 'interrupted', ended_at = clock_timestamp(), error = 'canceled'
          from found where a.job_id = found.id and a.token = found.claim_token and a.outcome is null),
        told as (select pg_notify('{Channel}', claim_token::text) from canceled where claim_token is not null)
        select exists (select from found where id = $1), exists (select from canceled where id = $1),
          (select ingest_id from found where id = $1), (select count(*) from told)
        """;

    public async Task<JobChange> CancelAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new(LockSql) { Parameters = { new() { Value = jobId } } });
        batch.BatchCommands.Add(new(CancelSql) { Parameters = { new() { Value = jobId } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (!reader.GetBoolean(0))
            return JobChange.NoSuchJob;
        if (!reader.GetBoolean(1))
            return JobChange.NotAllowed;
        changes.Announce(jobId, reader.IsDBNull(2) ? null : reader.GetGuid(2));
        return JobChange.Changed;
    }
}
