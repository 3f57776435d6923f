namespace MangaMotion.Comics.Camera;

/// <summary>
/// Catmull-Rom filter of one axis: for each output position the index of the first of four source values, and their weights (16384 is 1).
/// The spline passes through the source values, so a still picture keeps its sharpness.
/// </summary>
internal sealed class FilterTaps(int outputs)
{
    public const int Count = 4;
    public const int WeightBits = 14;

    private const int One = 1 << WeightBits;

    public int[] Starts { get; } = new int[outputs];

    public short[] Weights { get; } = new short[outputs * Count];

    /// <summary>Computes the taps for a window of the source. Beyond the source, its first and last value are repeated.</summary>
    /// <param name="start">Start of the window in the source. Output i lies at <c>start + (i + phase)·step</c>.</param>
    /// <param name="size">Number of source values.</param>
    public void SetWindow(double start, double step, double phase, int size)
    {
        Span<double> weights = stackalloc double[Count];
        Span<int> taps = stackalloc int[Count];
        for (var i = 0; i < outputs; i++)
        {
            // Pixel n covers n to n + 1, so its value belongs to n + 0.5. Far outside, every tap is the edge pixel.
            var centre = Math.Clamp(start + ((i + phase) * step) - 0.5, -Count, size + Count);
            var first = (int)Math.Floor(centre) - 1;
            ComputeWeights(centre - Math.Floor(centre), weights);

            var from = Math.Clamp(first, 0, Math.Max(0, size - Count));
            taps.Clear();
            var rest = One;
            for (var k = 0; k < Count; k++)
            {
                var weight = (int)Math.Round(weights[k] * One);
                taps[Math.Clamp(first + k, 0, size - 1) - from] += weight;
                rest -= weight;
            }

            // The rounding error goes to one tap, so that the weights add up to 1 and the brightness stays.
            taps[Math.Clamp(first + 1, 0, size - 1) - from] += rest;
            Starts[i] = from;
            for (var k = 0; k < Count; k++)
                Weights[(i * Count) + k] = (short)taps[k];
        }
    }

    private static void ComputeWeights(double t, Span<double> weights)
    {
        double t2 = t * t, t3 = t2 * t;
        weights[0] = (-t3 + (2 * t2) - t) / 2;
        weights[1] = ((3 * t3) - (5 * t2) + 2) / 2;
        weights[2] = ((-3 * t3) + (4 * t2) + t) / 2;
        weights[3] = (t3 - t2) / 2;
    }
}
