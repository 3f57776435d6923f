namespace MangaMotion.Benchmarks;

/// <summary>What one run measured; written as JSON, so that runs can be compared.</summary>
internal sealed class BenchmarkReport(string name)
{
    public string Name { get; } = name;

    public DateTimeOffset At { get; } = DateTimeOffset.UtcNow;

    public int Processors { get; } = Environment.ProcessorCount;

    public List<Measurement> Measurements { get; } = [];

    public List<Ratio> Ratios { get; } = [];

    public Measurement Add(string name, string unit, IEnumerable<double> samples)
    {
        var measurement = new Measurement(name, unit, [.. samples.Order()]);
        Measurements.Add(measurement);
        return measurement;
    }
}

/// <param name="Samples">In ascending order, one per round or event.</param>
internal sealed record Measurement(string Name, string Unit, IReadOnlyList<double> Samples)
{
    public double Median => Quantile(0.5);

    public double P95 => Quantile(0.95);

    public double P99 => Quantile(0.99);

    public double Quantile(double quantile) => Samples[(int)Math.Round(quantile * (Samples.Count - 1))];
}

/// <param name="Goal">Such as <c>&gt;= 0.6</c>.</param>
internal sealed record Ratio(string Name, double Value, string Goal, bool Met);
