namespace MangaMotion.Jobs.Stats;

/// <summary>Measured throughput of a job type.</summary>
/// <param name="MedianSeconds">Median run time of the jobs of the last hour, in seconds; null if none ran.</param>
/// <param name="PerSecond">Jobs finished per second over the last five minutes.</param>
/// <param name="Places">Jobs that the live workers can run at the same time.</param>
/// <param name="Open">Jobs that wait or run, of all ingests.</param>
public sealed record JobPace(double? MedianSeconds, double PerSecond, int Places, long Open)
{
    public static readonly JobPace Unknown = new(null, 0, 0, 0);

    /// <summary>
    /// Estimates the seconds until <paramref name="remaining"/> of the open jobs are finished. The low value assumes that they have all
    /// places
    /// to themselves. The high value assumes that they come last and that the workers are as slow as in the last five minutes, but not
    /// slower than half of their capacity. Null if nothing was measured or no worker is alive.
    /// </summary>
    public (double Low, double High)? Estimate(long remaining)
    {
        if (remaining <= 0)
            return (0, 0);
        if (Places == 0 || MedianSeconds is not > 0 || MedianSeconds is not { } median)
            return null;
        var capacity = Places / median;
        var slow = Math.Clamp(PerSecond, capacity / 2, capacity);
        return (remaining / Math.Max(capacity, PerSecond), Math.Max(median, Math.Max(remaining, Open) / slow));
    }
}
