namespace MangaMotion.Media.Audio;

/// <summary>Draws anti-aliased rounded bars on a transparent background, from violet in the middle to rose at the ends.</summary>
internal static class Waveform
{
    private const double BarShare = 0.62;

    /// <summary>Draws a PNG.</summary>
    public static byte[] Draw(PeakMeter meter, int width, int height)
    {
        var bars = Math.Max(8, width / 8);
        var loudness = meter.Loudness(bars);

        // Quiet recordings are scaled to the height of the picture, except silence, which is a line of dots.
        var full = Math.Max(loudness.Max(), 0.02);
        var (step, middle) = ((double)width / bars, height / 2.0);
        var radius = step * BarShare / 2;
        var rgba = new byte[width * height * 4];
        for (var x = 0; x < width; x++)
        {
            var bar = Math.Min(bars - 1, (int)(x / step));
            var sideways = x + 0.5 - ((bar + 0.5) * step);
            var reach = Math.Max(0, (Math.Pow(loudness[bar] / full, 0.8) * (middle - 2)) - radius);
            var outside = (radius + 0.5) * (radius + 0.5);
            for (var y = 0; y < height; y++)
            {
                // Distance to a line from -reach to +reach: a bar with round ends.
                var up = Math.Abs(y + 0.5 - middle);
                var beyond = Math.Max(0, up - reach);
                var distance = (sideways * sideways) + (beyond * beyond);
                if (distance >= outside)
                    continue;
                var covered = Math.Min(1, radius + 0.5 - Math.Sqrt(distance));
                var tip = Math.Min(1, up / middle);
                var at = ((y * width) + x) * 4;
                rgba[at] = Mix(99, 236, tip);
                rgba[at + 1] = Mix(82, 72, tip);
                rgba[at + 2] = Mix(235, 153, tip);
                rgba[at + 3] = (byte)(255 * covered);
            }
        }

        return Png.Encode(rgba, width, height);

        static byte Mix(int from, int to, double share) => (byte)(from + ((to - from) * share));
    }
}
