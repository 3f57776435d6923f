using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace MangaMotion.Jobs.Running;

/// <summary>Meter <c>MangaMotion.Jobs</c>.</summary>
internal static class JobMeter
{
    private static readonly Meter Meter = new("MangaMotion.Jobs");

    private static readonly Histogram<double> Duration =
        Meter.CreateHistogram<double>("mangamotion.job.attempt.duration", "s", "Time from claim to outcome, by job type and outcome.");

    public static void Record(string type, AttemptOutcome outcome, TimeSpan elapsed) =>
        Duration.Record(elapsed.TotalSeconds, new TagList { { "type", type }, { "outcome", outcome.Name() } });
}
