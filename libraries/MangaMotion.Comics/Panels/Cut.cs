namespace MangaMotion.Comics.Panels;

/// <summary>What speaks for a cut, weakest first.</summary>
internal enum CutKind
{
    /// <summary>One dark line without a gutter.</summary>
    FrameLine,

    /// <summary>A gutter that is half covered by a figure or a balloon.</summary>
    Crossed,

    /// <summary>A gutter a few pixels wide between frames that waver.</summary>
    Narrow,

    /// <summary>A gutter.</summary>
    Gutter,

    /// <summary>A gutter that is blank almost from end to end, with straight sides.</summary>
    CleanGutter,
}

/// <summary>
/// A straight cut through a region. At distance d from the middle of the cut's direction it covers
/// <c>Start + Slope·d … End + Slope·d</c> across it, in the region's own coordinates.
/// </summary>
/// <param name="Score">Compares cuts of one region; higher is better.</param>
/// <param name="Certainty">0..1: how sure it is that panels meet here.</param>
internal sealed record Cut(Axis Axis, double Slope, int Start, int End, double Score, CutKind Kind, double Certainty)
{
    public int Width => End - Start + 1;
}
