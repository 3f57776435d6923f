using System.Data;
using MangaMotion.Api;
using MangaMotion.ServiceDefaults.Problems;
using Npgsql;

namespace MangaMotion.Ingest.Reading.Operations;

/// <summary>Reads statistics over time, by the minute or by the hour.</summary>
internal sealed class SeriesQuery(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Steps of one answer: 90 days by the hour.</summary>
    private const int MaxSteps = 2_160;

    /// <exception cref="ProblemException">400: the range is empty, or has too many steps.</exception>
    public async Task<StatsSeries> ReadAsync(DateTimeOffset? from, DateTimeOffset? to, string? step, CancellationToken cancellationToken)
    {
        var hours = step == SeriesSteps.Hour;
        var length = hours ? TimeSpan.FromHours(1) : TimeSpan.FromMinutes(1);
        var end = to ?? time.GetUtcNow();
        var start = Floor(from ?? end - (hours ? TimeSpan.FromDays(7) : TimeSpan.FromHours(1)), length);
        if (start >= end)
            throw new ProblemException(400, "invalid_range", "from must be before to.");
        if ((end - start) / length > MaxSteps + 1)
            throw new ProblemException(400, "invalid_range", $"The range has more than {MaxSteps} steps; shorten it, or use step=hour.");
        return new(
            hours ? SeriesSteps.Hour : SeriesSteps.Minute, start, end,
            await ReadTypesAsync(hours ? ("job_latency_hours", "hour") : ("job_latencies", "minute"), start, end, cancellationToken),
            await ReadQueuesAsync(hours ? ("queue_depth_hours", "hour") : ("queue_depths", "minute"), start, end, cancellationToken));
    }

    private async Task<IReadOnlyList<TypeSeries>> ReadTypesAsync(
        (string Table, string Time) source, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        await using var command = CreateCommand(
            $"""
            select {source.Time} as at, type, stage, outcome, measure, bucket, count from {source.Table}
            where {source.Time} >= @from and {source.Time} < @to and measure <> 'total'
            """,
            from, to);
        var measured = new SortedDictionary<(string Type, string Stage), SortedDictionary<DateTimeOffset, MeasuredDurations>>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var key = (row.GetString("type"), row.GetString("stage"));
            if (!measured.TryGetValue(key, out var points))
                measured.Add(key, points = []);
            var at = row.GetFieldValue<DateTimeOffset>("at");
            if (!points.TryGetValue(at, out var durations))
                points.Add(at, durations = new());
            durations.Add(row.GetString("outcome"), row.GetString("measure"), row.GetInt16("bucket"), row.GetInt64("count"));
        }

        return
        [
            .. measured.Select(series => new TypeSeries(series.Key.Type, series.Key.Stage,
            [
                .. series.Value.Select(point => new TypePoint(
                    point.Key, point.Value.Done, point.Value.Failed, point.Value.Retried, point.Value.Wait, point.Value.Run)),
            ])),
        ];
    }

    private async Task<IReadOnlyList<QueueSeries>> ReadQueuesAsync(
        (string Table, string Time) source, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        await using var command = CreateCommand(
            $"""
            select type, {source.Time} as at, ready, oldest_seconds from {source.Table}
            where {source.Time} >= @from and {source.Time} < @to order by type, {source.Time}
            """,
            from, to);
        var points = new List<(string Type, QueuePoint Point)>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var point = new QueuePoint(
                row.GetFieldValue<DateTimeOffset>("at"), row.GetInt64("ready"), Math.Round(row.GetDouble("oldest_seconds"), 1));
            points.Add((row.GetString("type"), point));
        }

        return [.. points.GroupBy(point => point.Type).Select(type => new QueueSeries(type.Key, [.. type.Select(point => point.Point)]))];
    }

    private NpgsqlCommand CreateCommand(string sql, DateTimeOffset from, DateTimeOffset to)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("from", from.ToUniversalTime()));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("to", to.ToUniversalTime()));
        return command;
    }

    private static DateTimeOffset Floor(DateTimeOffset value, TimeSpan step) =>
        new(value.UtcTicks - (value.UtcTicks % step.Ticks), TimeSpan.Zero);
}
