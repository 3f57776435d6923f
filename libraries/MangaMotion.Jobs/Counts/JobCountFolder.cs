using System.Diagnostics;
using MangaMotion.Jobs.Changes;
using MangaMotion.Messaging.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Jobs.Counts;

/// <summary>
/// Folds the changes of job counters into their totals and deletes expired statistics. Every service runs one: it folds a second after
/// jobs were changed in its process, and after <see cref="SafetyInterval"/> what other processes left. An advisory lock lets one at a time
/// fold.
/// </summary>
internal sealed class JobCountFolder(NpgsqlDataSource database, JobChanges jobChanges, ILogger<JobCountFolder> logger) : BackgroundService
{
    private const int BatchSize = 20_000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SafetyInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(5);

    private const string FoldSql =
        """
        with turn as materialized (select pg_try_advisory_xact_lock(hashtext('mangamotion.job_counts')) as mine),
        changes as (
          delete from job_count_changes
          where ctid = any(array(select ctid from job_count_changes, turn where mine limit @batch_size)) returning *),
        folded as (
          insert into job_counts
          select ingest_id, owner_id, type, sum(queued), sum(processing), sum(done), sum(failed), sum(canceled)
          from changes group by ingest_id, owner_id, type
          on conflict (ingest_id, owner_id, type) do update set
            queued = job_counts.queued + excluded.queued, processing = job_counts.processing + excluded.processing,
            done = job_counts.done + excluded.done, failed = job_counts.failed + excluded.failed,
            canceled = job_counts.canceled + excluded.canceled)
        select count(*) from changes
        """;

    private const string SweepSql =
        """
        delete from job_latencies where minute < now() - interval '25 hours';
        delete from ingest_waits where wait_until < now() - interval '1 minute';
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var lastSweep = Stopwatch.GetTimestamp();
        try
        {
            while (true)
            {
                await jobChanges.Committed.WaitAsync(SafetyInterval, stoppingToken);
                await Task.Delay(Interval, stoppingToken);
                var sweep = Stopwatch.GetElapsedTime(lastSweep) > SweepInterval;
                await RunRoundAsync(sweep, stoppingToken);
                if (sweep)
                    lastSweep = Stopwatch.GetTimestamp();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private async Task RunRoundAsync(bool sweep, CancellationToken cancellationToken)
    {
        try
        {
            while (await FoldAsync(cancellationToken) == BatchSize)
            {
                // A full batch means that more changes wait.
            }

            if (sweep)
                await SweepAsync(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.Log(
                DatabaseOutage.LevelOf(exception), exception, "Job counters were not folded. Retrying in {Interval}.", SafetyInterval);
        }
    }

    /// <returns>Number of changes folded, at most <see cref="BatchSize"/>.</returns>
    private async Task<long> FoldAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FoldSql);
        command.Parameters.Add(new NpgsqlParameter<int>("batch_size", BatchSize));
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SweepSql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
