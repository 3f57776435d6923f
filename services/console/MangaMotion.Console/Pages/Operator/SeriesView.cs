using MangaMotion.Api;

namespace MangaMotion.Console.Pages.Operator;

/// <summary>One row of the statistics over time: a step, or several steps together.</summary>
/// <param name="RunP95">Largest 95th percentile of the steps, in seconds; 0 without a job.</param>
internal sealed record SeriesRow(DateTimeOffset At, long Done, long Failed, double RunP95, long Ready, double OldestSeconds);

/// <summary>A time range of the statistics page.</summary>
/// <param name="Name">Value in the address.</param>
/// <param name="Row">Length of one row of the table.</param>
internal sealed record SeriesWindow(string Name, string Title, TimeSpan Span, TimeSpan Row)
{
    public static IReadOnlyList<SeriesWindow> All { get; } =
    [
        new("1h", "Last hour, by the minute", TimeSpan.FromHours(1), TimeSpan.FromMinutes(1)),
        new("24h", "Last day, by the hour", TimeSpan.FromDays(1), TimeSpan.FromHours(1)),
        new("7d", "Last week, by the hour", TimeSpan.FromDays(7), TimeSpan.FromHours(1)),
        new("90d", "Last 90 days, by the day", TimeSpan.FromDays(90), TimeSpan.FromDays(1)),
    ];

    public string Step => Row < TimeSpan.FromHours(1) ? SeriesSteps.Minute : SeriesSteps.Hour;

    /// <summary>Joins the series of a job type to rows without gaps.</summary>
    public IReadOnlyList<SeriesRow> ReadRows(StatsSeries series, string type)
    {
        var durations = (series.Types.FirstOrDefault(each => each.Type == type && each.Stage.Length == 0)?.Points ?? [])
            .ToLookup(point => (point.At - series.From).Ticks / Row.Ticks);
        var depths = (series.Queues.FirstOrDefault(each => each.Type == type)?.Points ?? [])
            .ToLookup(point => (point.At - series.From).Ticks / Row.Ticks);
        var count = (int)Math.Ceiling((series.To - series.From) / Row);
        return
        [
            .. Enumerable.Range(0, count).Select(i => new SeriesRow(
                series.From + (i * Row), durations[i].Sum(point => point.Done), durations[i].Sum(point => point.Failed),
                durations[i].Select(point => point.Run?.P95 ?? 0).DefaultIfEmpty().Max(),
                depths[i].Select(point => point.Ready).DefaultIfEmpty().Max(),
                depths[i].Select(point => point.OldestSeconds).DefaultIfEmpty().Max())),
        ];
    }
}
