using MangaMotion.Jobs.Stats;

namespace MangaMotion.Ingest.Reading.Ingests;

/// <summary>Seconds to the end, at best and at worst.</summary>
internal sealed record Eta(double Low, double High)
{
    /// <summary>The middle.</summary>
    public double Seconds => Math.Round((Low + High) / 2, 1);

    public IReadOnlyList<double> Range => [Math.Round(Low, 1), Math.Round(High, 1)];

    /// <param name="open">Jobs that are not over.</param>
    /// <param name="delay">Seconds before any of them may start.</param>
    public static Eta? Of(JobPace pace, long open, double delay = 0) => open == 0
        ? new(0, 0)
        : pace.Estimate(open) is { } estimate ? new(estimate.Low + delay, estimate.High + delay) : null;

    /// <summary>Of two that go on side by side, as jobs of several types do, each in workers of its own.</summary>
    public static Eta? Later(Eta? one, Eta? other) =>
        one is null || other is null ? null : new(Math.Max(one.Low, other.Low), Math.Max(one.High, other.High));
}
