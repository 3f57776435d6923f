using System.Data;
using MangaMotion.Api;
using Npgsql;

namespace MangaMotion.Ingest.Reading.Operations;

/// <summary>Sums the histograms of the last day. The database is queried at most every 5 s for all callers.</summary>
internal sealed class StatsQuery(NpgsqlDataSource database, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan CacheLifetime = TimeSpan.FromSeconds(5);

    private static readonly (string Name, TimeSpan Span)[] Windows =
        [("5m", TimeSpan.FromMinutes(5)), ("1h", TimeSpan.FromHours(1)), ("24h", TimeSpan.FromDays(1))];

    private const string Sql =
        """
        select w.name as span, l.type, l.stage, l.outcome, l.measure, l.bucket, sum(l.count)::bigint as count
        from unnest(@names, @spans) as w (name, span) join job_latencies l on l.minute > now() - w.span
        group by 1, 2, 3, 4, 5, 6
        """;

    private readonly SemaphoreSlim _querying = new(1, 1);
    private JobStats _known = new([]);
    private DateTimeOffset _until = DateTimeOffset.MinValue;

    public async Task<JobStats> GetAsync(CancellationToken cancellationToken)
    {
        await _querying.WaitAsync(cancellationToken);
        try
        {
            if (_until <= time.GetUtcNow())
                (_known, _until) = (await QueryAsync(cancellationToken), time.GetUtcNow() + CacheLifetime);
            return _known;
        }
        finally
        {
            _querying.Release();
        }
    }

    public void Dispose() => _querying.Dispose();

    private async Task<JobStats> QueryAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddAll(
            new("names", Array.ConvertAll(Windows, window => window.Name)), new("spans", Array.ConvertAll(Windows, window => window.Span)));
        var measured = new Dictionary<(string Window, string Type, string Stage), MeasuredDurations>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var key = (row.GetString("span"), row.GetString("type"), row.GetString("stage"));
            if (!measured.TryGetValue(key, out var stats))
                measured.Add(key, stats = new());
            stats.Add(row.GetString("outcome"), row.GetString("measure"), row.GetInt16("bucket"), row.GetInt64("count"));
        }

        return new(Array.ConvertAll(Windows, window => new StatsWindow(
            window.Name,
            window.Span.TotalSeconds,
            [
                .. measured.Where(entry => entry.Key.Window == window.Name).OrderBy(entry => entry.Key)
                    .Select(entry => Summarize(entry.Key.Type, entry.Key.Stage, entry.Value, window.Span)),
            ])));
    }

    private static TypeStats Summarize(string type, string stage, MeasuredDurations durations, TimeSpan span)
    {
        var ended = durations.Done + durations.Failed;
        return new(
            type, stage, durations.Done, durations.Failed, durations.Retried, Math.Round(ended / span.TotalSeconds, 4),
            ended == 0 ? 0 : Math.Round((double)durations.Failed / ended, 4), durations.Wait, durations.Run, durations.Total);
    }
}
