namespace MangaMotion.Comics.Camera;

/// <summary>
/// For every output position: where its four source values start, and their weights (16384 is 1). Catmull-Rom: it passes through the
/// source values, so what stands still stays as sharp as it was drawn.
/// </summary>
internal sealed class FilterTaps(int outputs)
{
    public const int Count = 4;
    public const int WeightBits = 14;

    private const int One = 1 << WeightBits;

    public int[] Starts { get; } = new int[outputs];

    public short[] Weights { get; } = new short[outputs * Count];

    /// <summary>Aims the filter: output i lies at <c>start + (i + phase)·step</c> in a source of <paramref name="size"/> values; outside, the first and last go on.</summary>
    public void Aim(double start, double step, double phase, int size)
    {
        Span<double> weights = stackalloc double[Count];
        Span<int> taps = stackalloc int[Count];
        for (var i = 0; i < outputs; i++)
        {
            // Pixel n covers n..n+1, so its value belongs to n + 0.5. Far outside, every tap is the edge pixel.
            var centre = Math.Clamp(start + ((i + phase) * step) - 0.5, -Count, size + Count);
            var first = (int)Math.Floor(centre) - 1;
            CatmullRom(centre - Math.Floor(centre), weights);

            var from = Math.Clamp(first, 0, Math.Max(0, size - Count));
            taps.Clear();
            var rest = One;
            for (var k = 0; k < Count; k++)
            {
                var weight = (int)Math.Round(weights[k] * One);
                taps[Math.Clamp(first + k, 0, size - 1) - from] += weight;
                rest -= weight;
            }

            // Rounding must not change the brightness.
            taps[Math.Clamp(first + 1, 0, size - 1) - from] += rest;
            Starts[i] = from;
            for (var k = 0; k < Count; k++)
                Weights[(i * Count) + k] = (short)taps[k];
        }
    }

    private static void CatmullRom(double t, Span<double> weights)
    {
        double t2 = t * t, t3 = t2 * t;
        weights[0] = (-t3 + (2 * t2) - t) / 2;
        weights[1] = ((3 * t3) - (5 * t2) + 2) / 2;
        weights[2] = ((-3 * t3) + (4 * t2) + t) / 2;
        weights[3] = (t3 - t2) / 2;
    }
}
