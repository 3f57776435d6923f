namespace MangaMotion.Comics.Lettering;

/// <summary>Line of lettering found by the neural reader, with its box in page pixels.</summary>
/// <param name="Text">Text as read; empty for a column of letters, which is not read.</param>
/// <param name="Confidence">Geometric mean of the probabilities of the letters, 0 to 1.</param>
public sealed record PageLine(double X, double Y, double Width, double Height, string Text, double Confidence);
