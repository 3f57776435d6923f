namespace MangaMotion.Formats;

/// <summary>
/// Encodes the four colours in other colour spaces, by the formulas of the standards with the figures that they print. Shares no code
/// with the product.
/// </summary>
internal static class LightCoding
{
    // BT.2087 and Display P3, from linear sRGB.
    private static readonly double[][] Bt2020 = [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]];
    private static readonly double[][] DisplayP3 = [[0.82246, 0.17754, 0], [0.03319, 0.96681, 0], [0.01708, 0.07240, 0.91052]];
    private static readonly double[][] AdobeRgb = [[0.71516, 0.28484, 0], [0, 1, 0], [0, 0.04116, 0.95884]];

    public static IReadOnlyList<double[]> Plain => Encode(light => light, Srgb);

    /// <summary>sRGB of which black is 16 and white 235 of 255, or as many times more with more bits (H.273, section 8.3).</summary>
    public static IReadOnlyList<double[]> Narrow(int bits) => Encode(
        light => light, value => ((219 * Srgb(value)) + 16) * (1 << (bits - 8)) / ((1 << bits) - 1));

    public static IReadOnlyList<double[]> Linear => Encode(light => light, value => value);

    public static IReadOnlyList<double[]> P3 => Encode(light => Times(DisplayP3, light), Srgb);

    public static IReadOnlyList<double[]> Adobe => Encode(light => Times(AdobeRgb, light), value => Math.Pow(value, 256 / 563.0));

    /// <summary>BT.2020 with white at 203 cd/m².</summary>
    public static IReadOnlyList<double[]> Pq => Encode(light => Times(Bt2020, light), value => PqCode(value * 203));

    /// <summary>BT.2020 on a display of 1,000 cd/m² with white at 203 cd/m².</summary>
    public static IReadOnlyList<double[]> Hlg => Encode(
        light =>
        {
            var display = Times(Bt2020, light).Select(value => value * 0.203).ToArray();
            var brightness = (0.2627 * display[0]) + (0.6780 * display[1]) + (0.0593 * display[2]);
            return [.. display.Select(value => value * Math.Pow(brightness, (1 - 1.2) / 1.2))];
        },
        scene => scene <= 1 / 12.0 ? Math.Sqrt(3 * scene) : (0.17883277 * Math.Log((12 * scene) - 0.28466892)) + 0.55991073);

    /// <summary>A power law, such as gamma 1.8.</summary>
    public static IReadOnlyList<double[]> Power(double gamma) => Encode(light => light, value => Math.Pow(value, 1 / gamma));

    private static double Srgb(double light) => light <= 0.0031308 ? light * 12.92 : (1.055 * Math.Pow(light, 1 / 2.4)) - 0.055;

    private static double PqCode(double nits)
    {
        const double M1 = 0.1593017578125, M2 = 78.84375, C1 = 0.8359375, C2 = 18.8515625, C3 = 18.6875;
        var power = Math.Pow(nits / 10_000, M1);
        return Math.Pow((C1 + (C2 * power)) / (1 + (C3 * power)), M2);
    }

    private static List<double[]> Encode(Func<double[], double[]> primaries, Func<double, double> curve) =>
    [
        .. Cells.FourColours.Colours.Select(colour =>
            primaries([Light(colour.R), Light(colour.G), Light(colour.B)]).Select(light => curve(Math.Max(0, light))).ToArray()),
    ];

    private static double Light(int value) => value / 255.0 <= 0.04045 ? value / 255.0 / 12.92 : Math.Pow(((value / 255.0)
        + 0.055) / 1.055, 2.4);

    private static double[] Times(double[][] matrix, double[] light) =>
        [.. matrix.Select(row => (row[0] * light[0]) + (row[1] * light[1]) + (row[2] * light[2]))];
}
