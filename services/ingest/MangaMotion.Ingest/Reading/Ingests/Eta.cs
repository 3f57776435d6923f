using MangaMotion.Jobs.Stats;

namespace MangaMotion.Ingest.Reading.Ingests;

/// <summary>Estimated seconds to the end, at best and at worst.</summary>
internal sealed record Eta(double Low, double High)
{
    /// <summary>Mean of the two estimates.</summary>
    public double Seconds => Math.Round((Low + High) / 2, 1);

    public IReadOnlyList<double> Range => [Math.Round(Low, 1), Math.Round(High, 1)];

    /// <summary>Estimates the end of jobs of one type.</summary>
    /// <param name="open">Number of unfinished jobs.</param>
    /// <param name="delay">Seconds before any of them may start.</param>
    /// <returns>Null if the pace of the type is not known.</returns>
    public static Eta? Estimate(JobPace pace, long open, double delay = 0) => open == 0
        ? new(0, 0)
        : pace.Estimate(open) is { } estimate ? new(estimate.Low + delay, estimate.High + delay) : null;

    /// <summary>Combines the estimates of two job types, which run in parallel in workers of their own.</summary>
    public static Eta? Combine(Eta? one, Eta? other) =>
        one is null || other is null ? null : new(Math.Max(one.Low, other.Low), Math.Max(one.High, other.High));
}
