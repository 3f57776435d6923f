using System.Data;
using Npgsql;

namespace MangaMotion.Jobs.Stats;

/// <summary>Measures the pace of each job type, with at most one query every 5 s.</summary>
public sealed class JobPaces(NpgsqlDataSource database, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan CacheLifetime = TimeSpan.FromSeconds(5);

    private const string RunsSql =
        """
        select type, bucket, sum(count)::bigint as count from job_latencies
        where minute > now() - interval '1 hour' and stage = '' and outcome = 'done' and measure = 'run'
        group by type, bucket order by type, bucket
        """;

    private const string RateSql =
        """
        select type, sum(count)::float8 / 300 as per_second from job_latencies
        where minute > now() - interval '5 minutes' and stage = '' and outcome in ('done', 'dead_letter') and measure = 'run'
        group by type
        """;

    private const string PlacesSql =
        """
        select type, sum(concurrency)::int as places from workers, unnest(job_types) as type
        where alive_until > now() and draining_since is null group by type
        """;

    private const string OpenSql =
        """
        select type, sum(queued + processing)::bigint as open from job_count_totals where queued + processing <> 0 group by type
        """;

    private readonly SemaphoreSlim _asking = new(1, 1);
    private volatile Known _known = new(new Dictionary<string, JobPace>(StringComparer.Ordinal), DateTimeOffset.MinValue);

    /// <summary>Returns the pace by job type. A type that was not measured is left out.</summary>
    public async Task<IReadOnlyDictionary<string, JobPace>> GetAsync(CancellationToken cancellationToken)
    {
        if (_known is { } known && known.Until > time.GetUtcNow())
            return known.Paces;
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (_known.Until <= time.GetUtcNow())
                _known = new(await QueryAsync(cancellationToken), time.GetUtcNow() + CacheLifetime);
            return _known.Paces;
        }
        finally
        {
            _asking.Release();
        }
    }

    public void Dispose() => _asking.Dispose();

    private async Task<Dictionary<string, JobPace>> QueryAsync(CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        foreach (var sql in (string[])[RunsSql, RateSql, PlacesSql, OpenSql])
            batch.BatchCommands.Add(new(sql));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);

        var runs = new Dictionary<string, LatencyHistogram>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!runs.TryGetValue(reader.GetString("type"), out var histogram))
                runs.Add(reader.GetString("type"), histogram = new());
            histogram.Add(reader.GetInt16("bucket"), reader.GetInt64("count"));
        }

        var paces = runs.ToDictionary(
            run => run.Key, run => JobPace.Unknown with { MedianSeconds = run.Value.Quantile(0.5)?.TotalSeconds }, StringComparer.Ordinal);
        await MergeAsync(pace => pace with { PerSecond = reader.GetDouble("per_second") });
        await MergeAsync(pace => pace with { Places = reader.GetInt32("places") });
        await MergeAsync(pace => pace with { Open = reader.GetInt64("open") });
        return paces;

        async Task MergeAsync(Func<JobPace, JobPace> merge)
        {
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                paces[reader.GetString("type")] = merge(paces.GetValueOrDefault(reader.GetString("type"), JobPace.Unknown));
        }
    }

    private sealed record Known(IReadOnlyDictionary<string, JobPace> Paces, DateTimeOffset Until);
}
