namespace MangaMotion.MediaHost.Vips;

/// <summary>How the numbers of a picture encode light.</summary>
internal enum Transfer
{
    Srgb,

    /// <summary>A power of <see cref="ColourSignal.Gamma"/>.</summary>
    Power,
    Linear,

    /// <summary>SMPTE ST 2084: absolute light up to 10,000 cd/m².</summary>
    Pq,

    /// <summary>ITU-R BT.2100 hybrid log-gamma.</summary>
    Hlg,
}

/// <summary>Colours that a file declares by numbers instead of an ICC profile.</summary>
/// <param name="Primaries">Chromaticities x and y of red, green, blue and white, in this order.</param>
/// <param name="Gamma">Exponent from the picture's numbers to light, if the transfer is a power.</param>
internal sealed record ColourSignal(double[] Primaries, Transfer Transfer, double Gamma = 1)
{
    private const double Tolerance = 0.002;
    private const double UsualGamma = 2.2, GammaTolerance = 0.02;

    private static readonly double[] D65 = [0.3127, 0.3290];

    /// <summary>The primaries of sRGB.</summary>
    public static readonly double[] Bt709 = [0.640, 0.330, 0.300, 0.600, 0.150, 0.060, .. D65];

    /// <summary>Adobe RGB (1998), which cameras declare by the option R03 of DCF 2.0.</summary>
    public static ColourSignal AdobeRgb { get; } = new([0.640, 0.330, 0.210, 0.710, 0.150, 0.060, .. D65], Transfer.Power, 563 / 256.0);

    /// <summary>Whether it counts although the picture has an ICC profile, which cannot describe light above white.</summary>
    public bool OutranksProfile { get; init; } = Transfer is Transfer.Pq or Transfer.Hlg;

    /// <summary>Whether black is 16 and white 235 of 255, or as many times more with more bits (ITU-T H.273, section 8.3).</summary>
    public bool IsNarrow { get; init; }

    /// <summary>Whether the light may be brighter than white.</summary>
    public bool IsHighDynamicRange => Transfer is Transfer.Pq or Transfer.Hlg;

    /// <summary>Whether the numbers are those of sRGB, as far as viewers agree.</summary>
    public bool IsSrgb =>
        !IsNarrow && HasSrgbPrimaries
        && (Transfer == Transfer.Srgb || (Transfer == Transfer.Power && Math.Abs(Gamma - UsualGamma) < GammaTolerance));

    private bool HasSrgbPrimaries => Primaries.Zip(Bt709).All(pair => Math.Abs(pair.First - pair.Second) < Tolerance);

    /// <summary>Colours by the code points of ITU-T H.273; null for code points that are unspecified or have no meaning for RGB.</summary>
    public static ColourSignal? FromCodePoints(int primaries, int transfer)
    {
        double[]? chromaticities = primaries switch
        {
            1 or 2 => Bt709,
            4 => [0.67, 0.33, 0.21, 0.71, 0.14, 0.08, 0.310, 0.316],
            5 => [0.64, 0.33, 0.29, 0.60, 0.15, 0.06, .. D65],
            6 or 7 => [0.630, 0.340, 0.310, 0.595, 0.155, 0.070, .. D65],
            8 => [0.681, 0.319, 0.243, 0.692, 0.145, 0.049, 0.310, 0.316],
            9 => [0.708, 0.292, 0.170, 0.797, 0.131, 0.046, .. D65],
            11 => [0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.314, 0.351],
            12 => [0.680, 0.320, 0.265, 0.690, 0.150, 0.060, .. D65],
            22 => [0.630, 0.340, 0.295, 0.605, 0.155, 0.077, .. D65],
            _ => null,
        };
        if (chromaticities is null)
            return null;

        // Viewers treat the curves of television (1, 6, 14, 15) like that of sRGB.
        return transfer switch
        {
            1 or 2 or 6 or 13 or 14 or 15 => new(chromaticities, Transfer.Srgb),
            4 => new(chromaticities, Transfer.Power, 2.2),
            5 => new(chromaticities, Transfer.Power, 2.8),
            8 => new(chromaticities, Transfer.Linear),
            16 => new(chromaticities, Transfer.Pq),
            17 => new(chromaticities, Transfer.Power, 2.6),
            18 => new(chromaticities, Transfer.Hlg),
            _ => null,
        };
    }
}
