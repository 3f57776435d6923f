using MangaMotion.Jobs.Changes;
using MangaMotion.Jobs.Replays;
using Npgsql;

namespace MangaMotion.Jobs.Cancels;

/// <summary>Cancels jobs. The row changes at once, so no result can be committed; the worker is told by NOTIFY.</summary>
public sealed class JobCancels(NpgsqlDataSource database, JobChanges changes)
{
    internal const string Channel = "job_canceled";

    private const string CancelSql =
        $"""
        with found as (
          select id, ingest_id, status, claim_token from jobs where id = $1 for update),
        canceled as (
          update jobs j set status = 'CANCELED', claim_token = null, claimed_by = null, lease_until = null, not_before = null,
            attempts = j.attempts - case when found.status = 'PROCESSING' then 1 else 0 end,
            finished_at = clock_timestamp(), updated_at = clock_timestamp()
          from found where j.id = found.id and found.status in ('UPLOADED', 'PROCESSING')
          returning j.id),
        attempt as (
          update job_attempts a set outcome = 'interrupted', ended_at = clock_timestamp(), error = 'canceled'
          from found where a.job_id = found.id and a.token = found.claim_token and a.outcome is null),
        told as (select pg_notify('{Channel}', id::text) from canceled)
        select (select count(*) from found), (select count(*) from told), (select ingest_id from found)
        """;

    public async Task<JobChange> CancelAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(CancelSql);
        command.Parameters.Add(new() { Value = jobId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (reader.GetInt64(0) == 0)
            return JobChange.NoSuchJob;
        if (reader.GetInt64(1) == 0)
            return JobChange.NotAllowed;
        changes.Announce(jobId, reader.IsDBNull(2) ? null : reader.GetGuid(2));
        return JobChange.Changed;
    }
}
