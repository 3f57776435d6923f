using MangaMotion.Jobs.Claims;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Jobs.Running;

/// <summary>Renews the leases of this worker's jobs and writes down how far they are, writes its row in <c>workers</c>, and stops attempts whose claim is lost.</summary>
internal sealed class Heartbeat(
    NpgsqlDataSource database, RunningJobs runningJobs, WorkerIdentity worker, JobTypes types, IOptions<JobsOptions> options, ILogger<Heartbeat> logger)
    : BackgroundService
{
    private const string RenewSql =
        """
        with request as materialized (select * from unnest($1::uuid[], $2::uuid[], $4::text[], $5::smallint[]) as r (id, token, stage, progress)),
        locked as materialized (
          select j.id, j.claim_token from jobs j where j.id = any($1) and j.status = 'PROCESSING' order by j.id for update),
        renewed as (
          update jobs j set lease_until = clock_timestamp() + $3, stage = coalesce(r.stage, j.stage), progress = greatest(j.progress, r.progress)
          from locked l join request r on r.id = l.id and r.token = l.claim_token where j.id = l.id
          returning j.claim_token)
        select claim_token from renewed
        """;

    // Rows of workers that are long dead go with it: nobody else is sure to be there to take them away.
    private const string WorkerSql =
        """
        with dead as (delete from workers where heartbeat_at < now() - interval '1 day' and id <> $1)
        insert into workers (id, service, version, host, pid, concurrency, current_jobs, memory_bytes, job_types, alive_until)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + $10)
        on conflict (id) do update set current_jobs = excluded.current_jobs, memory_bytes = excluded.memory_bytes,
          heartbeat_at = now(), alive_until = excluded.alive_until
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = options.Value.HeartbeatInterval;
        using var timer = new PeriodicTimer(interval);
        try
        {
            do
            {
                await BeatAsync(interval, stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops; jobs still running keep the lease they have, which outlasts the grace period.
        }
    }

    private async Task BeatAsync(TimeSpan interval, CancellationToken cancellationToken)
    {
        var jobs = runningJobs.Begun.ToArray();
        try
        {
            await using var batch = database.CreateBatch();
            // A beat that takes longer than a lease is of no use; the next one starts anew on another connection.
            batch.Timeout = (int)Math.Ceiling(interval.TotalSeconds * 2);
            batch.BatchCommands.Add(Worker(jobs));
            if (jobs.Length > 0)
                batch.BatchCommands.Add(Renewal(jobs));
            var renewed = new HashSet<Guid>();
            await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
            {
                while (await reader.ReadAsync(cancellationToken))
                    renewed.Add(reader.GetGuid(0));
            }

            foreach (var job in jobs)
            {
                if (!renewed.Contains(job.Claim.Token))
                    job.Stop(StopReason.ClaimLost);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning(DatabaseOutage.Is(exception) ? null : exception, "The heartbeat did not reach Postgres; {Jobs} leases run on without it: {Reason}", jobs.Length, exception.Message);
        }
    }

    private NpgsqlBatchCommand Renewal(RunningJob[] jobs) => new(RenewSql)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(jobs, job => job.Claim.JobId) },
            new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(jobs, job => job.Claim.Token) },
            new NpgsqlParameter<TimeSpan> { TypedValue = options.Value.Lease },
            new NpgsqlParameter<string?[]> { TypedValue = Array.ConvertAll(jobs, job => job.Progress?.Stage) },
            new NpgsqlParameter<short?[]> { TypedValue = Array.ConvertAll(jobs, job => job.Progress?.Percent) },
        },
    };

    private NpgsqlBatchCommand Worker(RunningJob[] jobs) => new(WorkerSql)
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = worker.Id },
            new NpgsqlParameter<string> { TypedValue = worker.Service },
            new NpgsqlParameter<string> { TypedValue = worker.Version },
            new NpgsqlParameter<string> { TypedValue = Environment.MachineName },
            new NpgsqlParameter<int> { TypedValue = Environment.ProcessId },
            new NpgsqlParameter<int> { TypedValue = options.Value.Concurrency },
            new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(jobs, job => job.Claim.JobId) },
            new NpgsqlParameter<long> { TypedValue = Environment.WorkingSet },
            new NpgsqlParameter<string[]> { TypedValue = types.All.Select(type => type.Name).ToArray() },
            new NpgsqlParameter<TimeSpan> { TypedValue = options.Value.Lease },
        },
    };
}
