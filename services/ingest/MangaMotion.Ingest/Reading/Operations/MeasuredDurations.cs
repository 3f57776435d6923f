using MangaMotion.Api;
using MangaMotion.Jobs.Running;
using MangaMotion.Jobs.Stats;

namespace MangaMotion.Ingest.Reading.Operations;

/// <summary>Sum of the durations of one job type or stage, from rows of <c>job_latencies</c>.</summary>
internal sealed class MeasuredDurations
{
    private readonly LatencyHistogram _wait = new();
    private readonly LatencyHistogram _run = new();
    private readonly LatencyHistogram _total = new();

    public long Done => _run.Count;

    public long Failed { get; private set; }

    public long Retried { get; private set; }

    public Percentiles? Wait => Summarize(_wait);

    public Percentiles? Run => Summarize(_run);

    public Percentiles? Total => Summarize(_total);

    public void Add(string outcome, string measure, short bucket, long count)
    {
        switch (measure)
        {
            case "wait":
                _wait.Add(bucket, count);
                Failed += outcome == AttemptOutcome.DeadLetter.Name() ? count : 0;
                Retried += outcome == AttemptOutcome.Transient.Name() ? count : 0;
                break;
            case "run" when outcome == AttemptOutcome.Done.Name():
                _run.Add(bucket, count);
                break;
            case "total" when outcome == AttemptOutcome.Done.Name():
                _total.Add(bucket, count);
                break;
        }
    }

    private static Percentiles? Summarize(LatencyHistogram histogram) => histogram.Count == 0
        ? null
        : new(Seconds(histogram, 0.5), Seconds(histogram, 0.95), Seconds(histogram, 0.99));

    private static double Seconds(LatencyHistogram histogram, double share) => Math.Round(histogram.Quantile(share)!.Value.TotalSeconds, 4);
}
