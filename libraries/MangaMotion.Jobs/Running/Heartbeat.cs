using System.Data;
using MangaMotion.Messaging.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Jobs.Running;

/// <summary>
/// Renews the leases of this worker's jobs, stores their progress and the worker's row, stops attempts whose claim is lost, and reads
/// whether the worker drains.
/// </summary>
internal sealed class Heartbeat(
    NpgsqlDataSource database, RunningJobs runningJobs, WorkerDrain drain, WorkerIdentity worker, JobTypes types,
    IOptions<JobsOptions> options, IEnumerable<IJobSandbox> sandboxes, ILogger<Heartbeat> logger)
    : BackgroundService
{
    // Fires jobs_revised where stage or progress change, and jobs_counted_update, which finds no change of a status.
    private const string RenewSql =
        """
        with request as materialized (
          select * from unnest(@ids, @tokens, @stages, @progress) as r (id, token, stage, progress)),
        locked as materialized (
          select j.id, j.claim_token from jobs j where j.id = any(@ids) and j.status = 'PROCESSING' order by j.id for update),
        renewed as (
          update jobs j set lease_until = clock_timestamp() + @lease, stage = coalesce(r.stage, j.stage),
            progress = greatest(j.progress, r.progress)
          from locked l join request r on r.id = l.id and r.token = l.claim_token where j.id = l.id
          returning j.claim_token)
        select claim_token from renewed
        """;

    // Every heartbeat also deletes the rows of workers that have been dead for a day.
    private const string WorkerSql =
        """
        with dead as (delete from workers where heartbeat_at < now() - interval '1 day' and id <> @id)
        insert into workers (id, service, version, host, pid, concurrency, current_jobs, memory_bytes, job_types, sandbox, alive_until)
        values (@id, @service, @version, @host, @pid, @concurrency, @current_jobs, @memory_bytes, @job_types, @sandbox,
          now() + @lease)
        on conflict (id) do update set current_jobs = excluded.current_jobs, memory_bytes = excluded.memory_bytes,
          heartbeat_at = now(), alive_until = excluded.alive_until
        returning draining_since is not null as draining
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = options.Value.HeartbeatInterval;
        try
        {
            while (true)
            {
                await SendHeartbeatAsync(interval, stoppingToken);
                await drain.Signal.WaitAsync(interval, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops; running jobs keep their lease, which outlasts the grace period.
        }
    }

    private async Task SendHeartbeatAsync(TimeSpan interval, CancellationToken cancellationToken)
    {
        var jobs = runningJobs.Begun.ToArray();
        try
        {
            await using var batch = database.CreateBatch();
            // A heartbeat that takes longer than this is too late for the leases; the next one uses another connection.
            batch.Timeout = (int)Math.Ceiling(interval.TotalSeconds * 2);
            batch.BatchCommands.Add(CreateWorkerUpdate(jobs));
            if (jobs.Length > 0)
                batch.BatchCommands.Add(CreateRenewal(jobs));
            var renewed = new HashSet<Guid>();
            await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
            {
                await reader.ReadAsync(cancellationToken);
                drain.Set(reader.GetBoolean("draining"));
                await reader.NextResultAsync(cancellationToken);
                while (await reader.ReadAsync(cancellationToken))
                    renewed.Add(reader.GetGuid("claim_token"));
            }

            foreach (var job in jobs)
            {
                if (!renewed.Contains(job.Claim.Token))
                    job.Stop(StopReason.ClaimLost);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning(
                DatabaseOutage.Is(exception) ? null : exception,
                "Heartbeat not stored: the leases of {Jobs} jobs were not renewed. Retrying in {Interval}. Cause: {Reason}",
                jobs.Length, interval, exception.Message);
        }
    }

    private NpgsqlBatchCommand CreateRenewal(RunningJob[] jobs) => new(RenewSql)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid[]>("ids", Array.ConvertAll(jobs, job => job.Claim.JobId)),
            new NpgsqlParameter<Guid[]>("tokens", Array.ConvertAll(jobs, job => job.Claim.Token)),
            new NpgsqlParameter<TimeSpan>("lease", options.Value.Lease),
            new NpgsqlParameter<string?[]>("stages", Array.ConvertAll(jobs, job => job.Progress?.Stage)),
            new NpgsqlParameter<short?[]>("progress", Array.ConvertAll(jobs, job => job.Progress?.Percent)),
        },
    };

    private NpgsqlBatchCommand CreateWorkerUpdate(RunningJob[] jobs) => new(WorkerSql)
    {
        Parameters =
        {
            new NpgsqlParameter<string>("id", worker.Id),
            new NpgsqlParameter<string>("service", worker.Service),
            new NpgsqlParameter<string>("version", worker.Version),
            new NpgsqlParameter<string>("host", Environment.MachineName),
            new NpgsqlParameter<int>("pid", Environment.ProcessId),
            new NpgsqlParameter<int>("concurrency", options.Value.Concurrency),
            new NpgsqlParameter<Guid[]>("current_jobs", Array.ConvertAll(jobs, job => job.Claim.JobId)),
            new NpgsqlParameter<long>("memory_bytes", Environment.WorkingSet),
            new NpgsqlParameter<string[]>("job_types", types.All.Select(type => type.Name).ToArray()),
            new NpgsqlParameter<TimeSpan>("lease", options.Value.Lease),
            new NpgsqlParameter<string?>("sandbox", sandboxes.FirstOrDefault()?.Name),
        },
    };
}
