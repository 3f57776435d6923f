namespace MangaMotion.Jobs.Stats;

/// <summary>Histogram of durations in the buckets of <see cref="JobLatencies"/>.</summary>
public sealed class LatencyHistogram
{
    private readonly SortedDictionary<short, long> _buckets = [];

    public long Count { get; private set; }

    public void Add(short bucket, long count)
    {
        _buckets[bucket] = _buckets.GetValueOrDefault(bucket) + count;
        Count += count;
    }

    /// <summary>Returns the duration that a share (0 to 1) of all did not exceed, within 5 %; null for an empty histogram.</summary>
    public TimeSpan? Quantile(double share)
    {
        var rank = share * Count;
        var seen = 0L;
        foreach (var (bucket, count) in _buckets)
        {
            seen += count;
            if (seen >= rank)
                return JobLatencies.DurationOf(bucket);
        }

        return null;
    }
}
