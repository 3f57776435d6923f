namespace MangaMotion.Comics.Lettering;

/// <summary>Line of lettering found by the neural reader, with its box in page pixels.</summary>
/// <param name="Text">Text as read; empty for a column of letters, which is not read.</param>
/// <param name="Confidence">Geometric mean of the probabilities of the letters, 0 to 1.</param>
public sealed record PageLine(double X, double Y, double Width, double Height, string Text, double Confidence)
{
    /// <summary>Height in widths from which a box is a column of letters.</summary>
    private const double ColumnRatio = 1.5;

    private const double CertainLettering = 0.7;

    /// <summary>Confidence that the box holds lettering, 0 to 1.</summary>
    public double Certainty { get; init; } = 1;

    /// <summary>Whether the box certainly holds lettering, so that its owner should hear of it if it cannot be read.</summary>
    public bool IsLettering => Certainty >= CertainLettering;

    /// <summary>Whether the box is a column of letters and not a line.</summary>
    public bool IsColumn => Height > ColumnRatio * Width;
}
