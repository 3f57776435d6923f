using MangaMotion.Jobs.Claims;
using MangaMotion.Jobs.Running;
using MangaMotion.Messaging.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Jobs.Stats;

/// <summary>
/// Collects durations of jobs and stages in memory and adds them to the table <c>job_latencies</c> every 5 s. A killed process loses the
/// durations of its last 5 s: they inform people and decide nothing.
/// </summary>
public sealed class JobLatencies(NpgsqlDataSource database, JobTypes types, ILogger<JobLatencies> logger) : BackgroundService
{
    private const int BucketsPerDoubling = 8;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LastFlushTimeout = TimeSpan.FromSeconds(5);

    // Sorted by the key, so that two services that add to the same rows cannot deadlock.
    private const string AddSql =
        """
        insert into job_latencies (minute, type, stage, outcome, measure, bucket, count)
        select date_trunc('minute', now()), type, stage, outcome, measure, bucket, count
        from unnest(@types, @stages, @outcomes, @measures, @buckets, @counts)
          as added (type, stage, outcome, measure, bucket, count)
        order by type, stage, outcome, measure, bucket
        on conflict (minute, type, stage, outcome, measure, bucket) do update set count = job_latencies.count + excluded.count
        """;

    private readonly Lock _lock = new();
    private Dictionary<Key, long> _gathered = [];

    /// <summary>
    /// Records an attempt that has ended. An attempt of a part counts for a stage of its whole; the durations of a whole are recorded by
    /// the trigger <c>jobs_whole_measured</c>.
    /// </summary>
    public void Record(Claim claim, AttemptOutcome outcome, TimeSpan ran)
    {
        var type = types[claim.Type];
        var name = (type.Whole ?? type).Name;
        lock (_lock)
        {
            Add(new(name, type.Stage, outcome.Name(), "wait", BucketOf(claim.Waited)));
            Add(new(name, type.Stage, outcome.Name(), "run", BucketOf(ran)));
            Add(new(name, type.Stage, outcome.Name(), "total", BucketOf(claim.Age + ran)));
        }
    }

    /// <summary>Duration that represents a bucket, within 5 % of each duration counted in it.</summary>
    public static TimeSpan DurationOf(short bucket) => TimeSpan.FromMilliseconds(Math.Pow(2, (double)bucket / BucketsPerDoubling));

    public static short BucketOf(TimeSpan duration) =>
        (short)Math.Round(BucketsPerDoubling * Math.Log2(Math.Max(1, duration.TotalMilliseconds)));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await FlushAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            using var timeout = new CancellationTokenSource(LastFlushTimeout);
            await FlushAsync(timeout.Token);
        }
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        Dictionary<Key, long> added;
        lock (_lock)
            (added, _gathered) = (_gathered, []);
        if (added.Count == 0)
            return;
        try
        {
            await using var command = database.CreateCommand(AddSql);
            command.Parameters.Add(Column("types", added, entry => entry.Key.Type));
            command.Parameters.Add(Column("stages", added, entry => entry.Key.Stage));
            command.Parameters.Add(Column("outcomes", added, entry => entry.Key.Outcome));
            command.Parameters.Add(Column("measures", added, entry => entry.Key.Measure));
            command.Parameters.Add(Column("buckets", added, entry => entry.Key.Bucket));
            command.Parameters.Add(Column("counts", added, entry => entry.Value));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception exception)
        {
            logger.Log(
                cancellationToken.IsCancellationRequested ? LogLevel.Debug : DatabaseOutage.LevelOf(exception), exception,
                "{Count} durations were not stored. Retrying in {Interval}.", added.Count, Interval);
            lock (_lock)
            {
                foreach (var (key, count) in added)
                    Add(key, count);
            }
        }
    }

    private static NpgsqlParameter<T[]> Column<T>(
        string name, Dictionary<Key, long> rows, Func<KeyValuePair<Key, long>, T> value) => new(name, rows.Select(value).ToArray());

    private void Add(Key key, long count = 1) => _gathered[key] = _gathered.GetValueOrDefault(key) + count;

    private readonly record struct Key(string Type, string Stage, string Outcome, string Measure, short Bucket);
}
