using System.ComponentModel.DataAnnotations;
using System.Data;
using MangaMotion.Api;
using MangaMotion.Jobs;
using MangaMotion.Videos;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Ingest.Reading.Operations;

/// <summary>How <c>GET /scaling</c> calculates. Section <c>Scaling</c>.</summary>
public sealed class ScalingOptions
{
    public const string Section = "Scaling";

    /// <summary>Time within which the waiting jobs are to be done.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "1.00:00:00")]
    public TimeSpan Target { get; set; } = TimeSpan.FromMinutes(2);
}

/// <summary>Collects the load of each job type from queues, statistics and workers.</summary>
internal sealed class ScalingQuery(
    QueueQuery queues, StatsQuery stats, WorkerQuery workers, NpgsqlDataSource database, IOptions<ScalingOptions> options)
{
    /// <summary>Places of a worker that has not reported yet.</summary>
    private const int AssumedPlaces = 2;

    private const string CountRunning = "select type, count(*)::int as running from jobs where status = 'PROCESSING' group by type";

    private const string ReadConnections =
        "select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as connections";

    /// <exception cref="IOException">The broker is unavailable.</exception>
    public async Task<ScalingAdvice> GetAsync(CancellationToken cancellationToken)
    {
        var target = options.Value.Target;
        var waiting = (await queues.ListAsync(cancellationToken)).Where(queue => !queue.Paused).ToLookup(queue => queue.JobType);
        var windows = (await stats.GetAsync(cancellationToken)).Windows;
        var alive = (await workers.ListAsync(cancellationToken)).Workers
            .Where(worker => worker.Health == WorkerHealth.Alive && worker.DrainingSince is null).ToList();
        var running = await CountRunningAsync(cancellationToken);
        TypeScaling[] types =
        [
            // No worker claims the whole of parts.
            .. from type in queues.Types.Where(type => type != VideoJobs.Video)
               let own = alive.Where(worker => worker.JobTypes.Contains(type.Name)).ToList()
               let load = new TypeLoad(
                   type.Name, waiting[type.Name].Sum(queue => queue.Ready), running.GetValueOrDefault(type.Name), FindMedian(type, windows),
                   own.Count == 0 ? AssumedPlaces : own.Min(worker => worker.Concurrency), own.Count)
               select ScalingPlan.Calculate(load, target),
        ];
        return new(target.TotalSeconds, types, await ReadLimitAsync(types.Sum(type => type.WorkersNeeded), cancellationToken));
    }

    /// <summary>The median of the last hour, else of the last day.</summary>
    private static double? FindMedian(JobType type, IReadOnlyList<StatsWindow> windows) => windows
        .Where(window => window.Seconds >= TimeSpan.FromHours(1).TotalSeconds).OrderBy(window => window.Seconds)
        .SelectMany(window => window.Types.Where(row => row.Type == (type.Whole ?? type).Name && row.Stage == type.Stage))
        .FirstOrDefault(row => row.Run is not null)?.Run!.P50;

    private async Task<Dictionary<string, int>> CountRunningAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(CountRunning);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var running = new Dictionary<string, int>(StringComparer.Ordinal);
        while (await row.ReadAsync(cancellationToken))
            running.Add(row.GetString("type"), row.GetInt32("running"));
        return running;
    }

    /// <param name="workersNeeded">Workers of all types. A process that serves several types counts for each.</param>
    private async Task<ConnectionLimit> ReadLimitAsync(int workersNeeded, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ReadConnections);
        var connections = (int)(await command.ExecuteScalarAsync(cancellationToken))!;
        var perProcess = new NpgsqlConnectionStringBuilder(database.ConnectionString).MaxPoolSize;
        return new(connections, perProcess, connections / perProcess, workersNeeded + 1);
    }
}
