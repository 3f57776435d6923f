using MangaMotion.Api;
using MangaMotion.Jobs.Stats;
using Npgsql;

namespace MangaMotion.Ingest.Reading.Operations;

/// <summary>Sums the histograms of the last day up; asked of the database every few seconds at most, whoever asks.</summary>
internal sealed class StatsQuery(NpgsqlDataSource database, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(5);

    private static readonly (string Name, TimeSpan Span)[] Windows =
        [("5m", TimeSpan.FromMinutes(5)), ("1h", TimeSpan.FromHours(1)), ("24h", TimeSpan.FromDays(1))];

    private const string Sql =
        """
        select w.name, l.type, l.stage, l.outcome, l.measure, l.bucket, sum(l.count)::bigint
        from unnest($1::text[], $2::interval[]) as w (name, span) join job_latencies l on l.minute > now() - w.span
        group by 1, 2, 3, 4, 5, 6
        """;

    private readonly SemaphoreSlim _asking = new(1, 1);
    private JobStats _known = new([]);
    private DateTimeOffset _until = DateTimeOffset.MinValue;

    public async Task<JobStats> GetAsync(CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (_until <= time.GetUtcNow())
                (_known, _until) = (await QueryAsync(cancellationToken), time.GetUtcNow() + Memory);
            return _known;
        }
        finally
        {
            _asking.Release();
        }
    }

    public void Dispose() => _asking.Dispose();

    private async Task<JobStats> QueryAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = Array.ConvertAll(Windows, window => window.Name) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(Windows, window => window.Span) });
        var measured = new Dictionary<(string Window, string Type, string Stage), Measured>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var key = (row.GetString(0), row.GetString(1), row.GetString(2));
            if (!measured.TryGetValue(key, out var stats))
                measured.Add(key, stats = new());
            stats.Add(row.GetString(3), row.GetString(4), row.GetInt16(5), row.GetInt64(6));
        }

        return new(Array.ConvertAll(Windows, window => new StatsWindow(
            window.Name,
            window.Span.TotalSeconds,
            [.. measured.Where(entry => entry.Key.Window == window.Name).OrderBy(entry => entry.Key).Select(entry => entry.Value.Summarize(entry.Key.Type, entry.Key.Stage, window.Span))])));
    }

    private sealed class Measured
    {
        private readonly LatencyHistogram _wait = new();
        private readonly LatencyHistogram _run = new();
        private readonly LatencyHistogram _total = new();
        private long _failed;
        private long _retried;

        public void Add(string outcome, string measure, short bucket, long count)
        {
            switch (measure)
            {
                case "wait":
                    _wait.Add(bucket, count);
                    _failed += outcome == "dead_letter" ? count : 0;
                    _retried += outcome == "transient" ? count : 0;
                    break;
                case "run" when outcome == "done":
                    _run.Add(bucket, count);
                    break;
                case "total" when outcome == "done":
                    _total.Add(bucket, count);
                    break;
            }
        }

        public TypeStats Summarize(string type, string stage, TimeSpan span)
        {
            var over = _run.Count + _failed;
            return new(
                type, stage, _run.Count, _failed, _retried, Math.Round(over / span.TotalSeconds, 4), over == 0 ? 0 : Math.Round((double)_failed / over, 4),
                PercentilesOf(_wait), PercentilesOf(_run), PercentilesOf(_total));
        }

        private static Percentiles? PercentilesOf(LatencyHistogram histogram) => histogram.Count == 0
            ? null
            : new(Seconds(histogram, 0.5), Seconds(histogram, 0.95), Seconds(histogram, 0.99));

        private static double Seconds(LatencyHistogram histogram, double share) => Math.Round(histogram.Quantile(share)!.Value.TotalSeconds, 4);
    }
}
