using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Lettering;

/// <summary>A word as a reader saw it, with its box in pixels of the page.</summary>
/// <param name="Line">Words of one line have one number.</param>
/// <param name="Confidence">0 to 100.</param>
public sealed record SeenWord(int Line, string Text, double Confidence, double X, double Y, double Width, double Height);

/// <summary>What is said in one place, with its box in pixels of the page.</summary>
public sealed record Bubble(double X, double Y, double Width, double Height, string Text)
{
    /// <summary>
    /// The order in which bubbles of one panel are read: from above, and of two at about one height the one that lies nearer to
    /// the side where reading begins.
    /// </summary>
    public static IEnumerable<Bubble> InOrder(IEnumerable<Bubble> bubbles, ReadingDirection direction) =>
        bubbles.OrderBy(bubble => bubble.Y + (SideWeight * (direction == ReadingDirection.RightToLeft ? -(bubble.X + bubble.Width) : bubble.X)));

    /// <summary>How much farther down a bubble may begin and still be read first, for each pixel that it lies nearer to that side.</summary>
    private const double SideWeight = 0.5;
}
