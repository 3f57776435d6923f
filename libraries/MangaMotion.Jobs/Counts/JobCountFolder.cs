using MangaMotion.Jobs.Claims;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Jobs.Counts;

/// <summary>
/// Folds the changes of the jobs' counters together, and sweeps what nobody reads any more. Every service has one; they
/// share the work by a lock that the one at work holds.
/// </summary>
internal sealed class Bookkeeper(NpgsqlDataSource database, ILogger<Bookkeeper> logger) : BackgroundService
{
    private const int BatchSize = 20_000;
    private const int RoundsBetweenSweeps = 300;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private const string FoldSql =
        """
        with turn as materialized (select pg_try_advisory_xact_lock(hashtext('mangamotion.bookkeeper')) as mine),
        changes as (
          delete from job_count_changes where ctid = any(array(select ctid from job_count_changes, turn where mine limit $1)) returning *),
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
        using var timer = new PeriodicTimer(Interval);
        try
        {
            for (var round = 1; await timer.WaitForNextTickAsync(stoppingToken); round++)
            {
                try
                {
                    while (await FoldAsync(stoppingToken) == BatchSize)
                    {
                        // Under load one batch is not all.
                    }

                    if (round % RoundsBetweenSweeps == 0)
                        await SweepAsync(stoppingToken);
                }
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    logger.Log(DatabaseOutage.LevelOf(exception), exception, "The counters were not folded");
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    /// <returns>How many changes were folded.</returns>
    private async Task<long> FoldAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FoldSql);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = BatchSize });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SweepSql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
