using NetVips;

namespace MangaMotion.MediaHost.Vips;

/// <summary>
/// Converts pixels of declared colours to 8-bit sRGB: to light by a table, to the primaries of sRGB by a matrix, and back by a table.
/// Light above white is compressed. 203 cd/m² is white (ITU-R BT.2408), so that colours of SDR in an HDR file come out unchanged.
/// </summary>
internal static class ColourConversion
{
    private const double WhiteNits = 203;

    /// <summary>Light above which it is compressed; 1 is white.</summary>
    private const double Knee = 0.85;

    /// <summary>Bradford's cone responses, for the adaptation to the white of sRGB.</summary>
    private static readonly double[,] Bradford = { { 0.8951, 0.2664, -0.1614 }, { -0.7502, 1.7135, 0.0367 }, { 0.0389, -0.0685, 1.0296 } };

    /// <summary>Converts a picture to 8-bit sRGB or grey. Transparency is kept.</summary>
    public static Image ToSrgb(ImageScope scope, Image image, ColourSignal signal)
    {
        var isDeep = image.Format == Enums.BandFormat.Ushort;
        var colours = image.Bands is 2 or 4 ? image.Bands - 1 : image.Bands;
        var pixels = colours == image.Bands ? image : scope.Own(image.ExtractBand(0, n: colours));

        var steps = isDeep ? 65_536 : 256;
        var light = scope.Own(pixels.Maplut(Table(scope, steps, value => ToLight(signal, signal.IsNarrow ? Widen(value, steps) : value))));
        if (colours == 3)
        {
            if (signal.Transfer == Transfer.Hlg)
                light = Display(scope, light, signal);
            light = scope.Own(light.Recomb(scope.Own(Image.NewFromArray(Matrix(signal.Primaries)))));
        }

        // The square root gives dark colours more steps of the second table, as the eye is more sensitive to them.
        var most = signal.IsHighDynamicRange ? 10_000 / WhiteNits : 1;
        light = scope.Own(scope.Own(Positive(scope, light).Linear([1 / most], [0.0])).Pow(0.5));
        var roots = scope.Own(scope.Own(light.Linear([65_535.0], [0.5])).Cast(Enums.BandFormat.Ushort));
        var srgb = scope.Own(roots.Maplut(scope.Own(
            Table(scope, 65_536, root => 255 * FromLight(signal.IsHighDynamicRange ? Compress(root * root * most) : root * root) + 0.5f)
                .Cast(Enums.BandFormat.Uchar))));
        srgb = scope.Own(srgb.Copy(interpretation: colours == 3 ? Enums.Interpretation.Srgb : Enums.Interpretation.Bw));
        if (colours == image.Bands)
            return srgb;

        var alpha = scope.Own(image.ExtractBand(colours));
        if (isDeep)
            alpha = scope.Own(scope.Own(alpha.Linear([1 / 257.0], [0.5])).Cast(Enums.BandFormat.Uchar));
        return scope.Own(srgb.Bandjoin(alpha));
    }

    /// <summary>Replaces negative light, which colours outside of sRGB have, by 0.</summary>
    private static Image Positive(ImageScope scope, Image light) =>
        scope.Own(scope.Own(light.Add(scope.Own(light.Abs()))).Linear([0.5], [0.0]));

    /// <summary>Converts a number of narrow range to one of full range.</summary>
    private static double Widen(double value, int steps) => Math.Clamp(((value * (steps - 1) / (steps / 256)) - 16) / 219, 0, 1);

    /// <summary>Converts a number from 0 to 1 to light; 1 is white.</summary>
    private static double ToLight(ColourSignal signal, double value) => signal.Transfer switch
    {
        Transfer.Power => Math.Pow(value, signal.Gamma),
        Transfer.Linear => value,
        Transfer.Pq => Pq(value) * 10_000 / WhiteNits,
        Transfer.Hlg => Hlg(value),
        _ => value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4),
    };

    private static double FromLight(double light) =>
        Math.Clamp(light <= 0.0031308 ? light * 12.92 : (1.055 * Math.Pow(light, 1 / 2.4)) - 0.055, 0, 1);

    /// <summary>Converts a number to light by SMPTE ST 2084; 1 is 10,000 cd/m².</summary>
    private static double Pq(double value)
    {
        const double M1 = 2610 / 16384.0, M2 = 2523 / 32.0, C1 = 3424 / 4096.0, C2 = 2413 / 128.0, C3 = 2392 / 128.0;
        var power = Math.Pow(value, 1 / M2);
        return Math.Pow(Math.Max(0, power - C1) / (C2 - (C3 * power)), 1 / M1);
    }

    /// <summary>Converts a number to light of the scene by ITU-R BT.2100; 1 is the brightest.</summary>
    private static double Hlg(double value)
    {
        const double A = 0.17883277, B = 1 - (4 * A);
        var c = 0.5 - (A * Math.Log(4 * A));
        return value <= 0.5 ? value * value / 3 : (Math.Exp((value - c) / A) + B) / 12;
    }

    /// <summary>
    /// Converts light of the scene to light of a display of 1,000 cd/m²: brightness to the power of 1.2 (BT.2100). 1 is white.
    /// </summary>
    private static Image Display(ImageScope scope, Image scene, ColourSignal signal)
    {
        const double Power = 0.2;
        var toXyz = ToXyz(signal.Primaries);
        double[,] weights = { { toXyz[1, 0], toXyz[1, 1], toXyz[1, 2] } };
        var brightness = scope.Own(scene.Recomb(scope.Own(Image.NewFromArray(weights))));
        return scope.Own(scope.Own(scene.Multiply(scope.Own(brightness.Pow(Power)))).Linear([1_000 / WhiteNits], [0.0]));
    }

    /// <summary>Leaves light below the knee as it is and brings all other light below white.</summary>
    private static double Compress(double light)
    {
        if (light <= Knee)
            return light;
        var over = (light - Knee) / (1 - Knee);
        return Knee + ((1 - Knee) * over / (1 + over));
    }

    /// <summary>Gets the matrix from light of the given primaries to light of sRGB's, adapted to its white.</summary>
    private static double[,] Matrix(double[] primaries)
    {
        var (from, to) = (ToXyz(primaries), ToXyz(ColourSignal.Bt709));
        var (source, target) = (Product(Bradford, White(primaries)), Product(Bradford, White(ColourSignal.Bt709)));
        double[,] scale = { { target[0] / source[0], 0, 0 }, { 0, target[1] / source[1], 0 }, { 0, 0, target[2] / source[2] } };
        var adaptation = Product(Inverse(Bradford), Product(scale, Bradford));
        return Product(Inverse(to), Product(adaptation, from));
    }

    /// <summary>Gets the matrix from light of three primaries to CIE XYZ. White has a brightness of 1.</summary>
    private static double[,] ToXyz(double[] primaries)
    {
        var columns = new double[3, 3];
        for (var i = 0; i < 3; i++)
        {
            var (x, y) = (primaries[2 * i], primaries[(2 * i) + 1]);
            (columns[0, i], columns[1, i], columns[2, i]) = (x / y, 1, (1 - x - y) / y);
        }

        var amounts = Product(Inverse(columns), White(primaries));
        for (var row = 0; row < 3; row++)
        {
            for (var i = 0; i < 3; i++)
                columns[row, i] *= amounts[i];
        }

        return columns;
    }

    private static double[] White(double[] primaries) =>
        [primaries[6] / primaries[7], 1, (1 - primaries[6] - primaries[7]) / primaries[7]];

    private static double[,] Product(double[,] left, double[,] right)
    {
        var product = new double[3, 3];
        for (var row = 0; row < 3; row++)
        {
            for (var column = 0; column < 3; column++)
                product[row, column] = Enumerable.Range(0, 3).Sum(i => left[row, i] * right[i, column]);
        }

        return product;
    }

    private static double[] Product(double[,] left, double[] right) =>
        [.. Enumerable.Range(0, 3).Select(row => (left[row, 0] * right[0]) + (left[row, 1] * right[1]) + (left[row, 2] * right[2]))];

    private static double[,] Inverse(double[,] m)
    {
        var inverse = new double[3, 3];
        double determinant = 0;
        for (var i = 0; i < 3; i++)
        {
            determinant += m[0, i] * Minor(i, 0);
            for (var j = 0; j < 3; j++)
                inverse[i, j] = Minor(i, j);
        }

        for (var i = 0; i < 9; i++)
            inverse[i / 3, i % 3] /= determinant;
        return inverse;

        // Minor of the transposed matrix, with its sign.
        double Minor(int i, int j)
        {
            var (r1, r2, c1, c2) = ((j + 1) % 3, (j + 2) % 3, (i + 1) % 3, (i + 2) % 3);
            return (m[r1, c1] * m[r2, c2]) - (m[r1, c2] * m[r2, c1]);
        }
    }

    /// <summary>Makes a table of the values of a function at equal steps from 0 to 1.</summary>
    private static Image Table(ImageScope scope, int steps, Func<double, double> value)
    {
        var values = new float[steps];
        for (var i = 0; i < steps; i++)
            values[i] = (float)value(i / (steps - 1.0));
        return scope.Own(Image.NewFromMemoryCopy<float>(values, steps, 1, 1, Enums.BandFormat.Float));
    }
}
