namespace MangaMotion.Jobs.Stats;

/// <summary>How fast jobs of one type go, as measured.</summary>
/// <param name="MedianSeconds">Half of the jobs of the last hour took no longer; null when none ran.</param>
/// <param name="PerSecond">Jobs that ended, over the last five minutes.</param>
/// <param name="Places">Jobs that living workers can run at the same time.</param>
/// <param name="Open">Jobs of all ingests that wait or run.</param>
public sealed record JobPace(double? MedianSeconds, double PerSecond, int Places, long Open)
{
    public static readonly JobPace Unknown = new(null, 0, 0, 0);

    /// <summary>
    /// Seconds until so many of the open jobs are over: at best they have all places for themselves, at worst they come last
    /// and the workers are as slow as they lately were (half of what they can do where they had little to do).
    /// Null where nothing was measured, or no worker lives.
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
