using MangaMotion.Ingest.Background.Retention;
using MangaMotion.Ingest.Reading.Operations;
using MangaMotion.Messaging.Postgres;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Ingest.Background.Series;

/// <summary>
/// Records statistics over time: the depth of the queues by the minute, and sums of minutes by the hour. One instance records at a time.
/// </summary>
internal sealed class SeriesRecorder(
    NpgsqlDataSource database, QueueQuery queues, IOptions<RetentionOptions> options, ILogger<SeriesRecorder> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    private const string SampleSql =
        $"""
        insert into queue_depths (minute, type, ready, oldest_seconds)
        select date_trunc('minute', now()), sampled.type, sampled.ready, coalesce(extract(epoch from now() - oldest.since), 0)
        from unnest(@types, @depths) as sampled (type, ready) left join lateral ({OldestWaiting.SinceSql}) oldest on true
        on conflict (minute, type) do update set
          ready = greatest(queue_depths.ready, excluded.ready),
          oldest_seconds = greatest(queue_depths.oldest_seconds, excluded.oldest_seconds)
        """;

    /// <summary>Sums the hours from the one before the newest sum, so that a pause of the recorder leaves no gap.</summary>
    private const string SumSql =
        """
        insert into job_latency_hours (hour, type, stage, outcome, measure, bucket, count)
        select date_trunc('hour', minute), type, stage, outcome, measure, bucket, sum(count) from job_latencies
        where minute >= coalesce((select max(hour) from job_latency_hours) - interval '1 hour', '-infinity')
          and minute >= date_trunc('hour', now() - interval '24 hours')
        group by 1, 2, 3, 4, 5, 6
        on conflict (hour, type, stage, outcome, measure, bucket) do update set count = excluded.count;

        insert into queue_depth_hours (hour, type, ready, oldest_seconds)
        select date_trunc('hour', minute), type, max(ready), max(oldest_seconds) from queue_depths
        where minute >= coalesce((select max(hour) from queue_depth_hours) - interval '1 hour', '-infinity')
          and minute >= date_trunc('hour', now() - interval '24 hours')
        group by 1, 2
        on conflict (hour, type) do update set ready = excluded.ready, oldest_seconds = excluded.oldest_seconds;

        delete from queue_depths where minute < now() - interval '25 hours';
        """;

    private const string ExpireSql =
        """
        delete from job_latency_hours where hour < now() - @age;
        delete from queue_depth_hours where hour < now() - @age;
        """;

    /// <summary>Records the depths, sums the hours, and deletes old rows.</summary>
    /// <returns>False if another instance records now.</returns>
    public Task<bool> RecordAsync(CancellationToken cancellationToken) => database.RunExclusivelyAsync(
        "series",
        async token =>
        {
            await SampleAsync(token);
            await using var sums = database.CreateCommand(SumSql);
            await sums.ExecuteNonQueryAsync(token);
            await using var expired = database.CreateCommand(ExpireSql);
            expired.Parameters.Add(new NpgsqlParameter<TimeSpan>("age", options.Value.Statistics));
            await expired.ExecuteNonQueryAsync(token);
            return true;
        },
        cancellationToken);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        BackgroundRounds.RepeatAsync("series", Interval, token => RecordAsync(token), logger, stoppingToken);

    private async Task SampleAsync(CancellationToken cancellationToken)
    {
        var depths = (await queues.ListAsync(cancellationToken)).GroupBy(queue => queue.JobType)
            .ToDictionary(type => type.Key, type => type.Sum(queue => queue.Ready));
        await using var command = database.CreateCommand(SampleSql);
        command.Parameters.Add(new NpgsqlParameter<string[]>("types", [.. depths.Keys]));
        command.Parameters.Add(new NpgsqlParameter<long[]>("depths", [.. depths.Values]));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
