namespace MangaMotion.Comics.Panels;

/// <summary>Direction in which a gutter runs.</summary>
internal enum Axis
{
    Horizontal,
    Vertical,
}

/// <summary>Evidence for a cut, weakest first.</summary>
internal enum CutKind
{
    /// <summary>Dark line without a gutter.</summary>
    FrameLine,

    /// <summary>Gutter partly covered by a figure or balloon.</summary>
    Crossed,

    /// <summary>Gutter a few pixels wide between uneven frames.</summary>
    Narrow,

    /// <summary>Gutter.</summary>
    Gutter,

    /// <summary>Gutter with straight sides that is blank almost from end to end.</summary>
    CleanGutter,
}

/// <summary>
/// Straight cut through a region. At distance d from the middle of the cut's direction it covers
/// <c>Start + Slope·d … End + Slope·d</c> across it, in the region's own coordinates.
/// </summary>
/// <param name="Score">Compares the cuts of one region; higher is better.</param>
/// <param name="Certainty">0 to 1: how certain it is that panels meet here.</param>
internal sealed record Cut(Axis Axis, double Slope, int Start, int End, double Score, CutKind Kind, double Certainty)
{
    public int Width => End - Start + 1;
}
