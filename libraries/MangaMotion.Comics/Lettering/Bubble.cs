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

    /// <summary>
    /// The number of the panel that holds the middle of the bubble, or lies nearest to it: bubbles reach over frames. Of an inset and
    /// the panel around it, the inset.
    /// </summary>
    public int Nearest(IReadOnlyList<Panel> panels)
    {
        double x = X + (Width / 2), y = Y + (Height / 2);
        return Enumerable.Range(0, panels.Count).MinBy(i =>
        {
            var panel = panels[i];
            var across = Math.Max(0, Math.Max(panel.X - x, x - (panel.X + panel.Width)));
            var along = Math.Max(0, Math.Max(panel.Y - y, y - (panel.Y + panel.Height)));
            return ((across * across) + (along * along), (long)panel.Width * panel.Height);
        });
    }

    /// <summary>Whether the middle of one lies in the other.</summary>
    public bool Overlaps(Bubble other) => Holds(other) || other.Holds(this);

    private bool Holds(Bubble other) =>
        other.X + (other.Width / 2) is var x && other.Y + (other.Height / 2) is var y && x >= X && x <= X + Width && y >= Y && y <= Y + Height;

    /// <summary>How much farther down a bubble may begin and still be read first, for each pixel that it lies nearer to that side.</summary>
    private const double SideWeight = 0.5;
}
