namespace MangaMotion.Media.Images;

/// <summary>
/// Computes placeholders of about 25 bytes that a page can draw while the picture loads: the lowest frequencies of the picture in one
/// luminance and two chrominance channels. The format is Evan Wallace's ThumbHash (github.com/evanw/thumbhash) without transparency.
/// </summary>
public static class ThumbHash
{
    /// <summary>Longest side in pixels that is useful. Larger pictures take more time and give the same result.</summary>
    public const int LargestSide = 100;

    /// <summary>Computes the hash, in Base64, of rows of 8-bit red, green and blue.</summary>
    /// <exception cref="ArgumentException">
    /// The span does not hold <paramref name="width"/> × <paramref name="height"/> × 3 bytes.
    /// </exception>
    public static string Encode(ReadOnlySpan<byte> rgb, int width, int height)
    {
        if (width <= 0 || height <= 0 || rgb.Length != width * height * 3)
            throw new ArgumentException($"{width} x {height} pixels need {width * height * 3} bytes, not {rgb.Length}.", nameof(rgb));

        var pixels = width * height;
        var (luminance, yellowBlue, redGreen) = (new double[pixels], new double[pixels], new double[pixels]);
        for (var i = 0; i < pixels; i++)
        {
            var (r, g, b) = (rgb[i * 3] / 255.0, rgb[(i * 3) + 1] / 255.0, rgb[(i * 3) + 2] / 255.0);
            luminance[i] = (r + g + b) / 3;
            yellowBlue[i] = ((r + g) / 2) - b;
            redGreen[i] = r - g;
        }

        var longest = (double)Math.Max(width, height);
        var (across, down) = (Terms(7 * width / longest), Terms(7 * height / longest));
        var l = Transform(luminance, width, height, Math.Max(3, across), Math.Max(3, down));
        var p = Transform(yellowBlue, width, height, 3, 3);
        var q = Transform(redGreen, width, height, 3, 3);

        var landscape = width > height;
        var head = Round(63 * l.Mean)
            | (Round(31.5 + (31.5 * p.Mean)) << 6)
            | (Round(31.5 + (31.5 * q.Mean)) << 12)
            | (Round(31 * l.Scale) << 18);
        var tail = (landscape ? down : across) | (Round(63 * p.Scale) << 3) | (Round(63 * q.Scale) << 9) | (landscape ? 1 << 15 : 0);

        List<byte> hash = [(byte)head, (byte)(head >> 8), (byte)(head >> 16), (byte)tail, (byte)(tail >> 8)];
        var terms = l.Terms.Concat(p.Terms).Concat(q.Terms).Select(term => Round(15 * term)).ToArray();
        for (var i = 0; i < terms.Length; i += 2)
            hash.Add((byte)(terms[i] | (i + 1 < terms.Length ? terms[i + 1] << 4 : 0)));
        return Convert.ToBase64String([.. hash]);
    }

    /// <summary>
    /// Computes the mean of the cosine transform, its largest other term, and the other terms scaled to 0–1, lowest frequency first.
    /// </summary>
    private static (double Mean, double Scale, List<double> Terms) Transform(
        double[] channel, int width, int height, int across, int down)
    {
        var (cosX, cosY) = (Cosines(width, across), Cosines(height, down));
        var rows = new double[across, height];
        for (var x = 0; x < across; x++)
        {
            for (var row = 0; row < height; row++)
            {
                var sum = 0.0;
                for (var column = 0; column < width; column++)
                    sum += channel[(row * width) + column] * cosX[x, column];
                rows[x, row] = sum;
            }
        }

        var (mean, scale, terms) = (0.0, 0.0, new List<double>());
        for (var y = 0; y < down; y++)
        {
            // The triangle of low frequencies only.
            for (var x = 0; x * down < across * (down - y); x++)
            {
                var sum = 0.0;
                for (var row = 0; row < height; row++)
                    sum += rows[x, row] * cosY[y, row];
                var term = sum / (width * height);
                if (x == 0 && y == 0)
                {
                    mean = term;
                    continue;
                }

                terms.Add(term);
                scale = Math.Max(scale, Math.Abs(term));
            }
        }

        if (scale > 0)
            terms = [.. terms.Select(term => 0.5 + (0.5 / scale * term))];
        return (mean, scale, terms);
    }

    private static double[,] Cosines(int length, int frequencies)
    {
        var table = new double[frequencies, length];
        for (var f = 0; f < frequencies; f++)
        {
            for (var i = 0; i < length; i++)
                table[f, i] = Math.Cos(Math.PI / length * f * (i + 0.5));
        }

        return table;
    }

    private static int Terms(double exact) => Math.Max(1, Round(exact));

    private static int Round(double value) => (int)Math.Floor(value + 0.5);
}
