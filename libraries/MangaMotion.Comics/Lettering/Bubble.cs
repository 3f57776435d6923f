using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Lettering;

/// <summary>Word found by text recognition, with its box in page pixels.</summary>
/// <param name="Line">Number shared by the words of one line.</param>
/// <param name="Confidence">0 to 100.</param>
public sealed record PageWord(int Line, string Text, double Confidence, double X, double Y, double Width, double Height);

/// <summary>Text of one speech bubble, caption or noise, with its box in page pixels.</summary>
public sealed record Bubble(double X, double Y, double Width, double Height, string Text)
{
    /// <summary>
    /// Pixels by which a bubble may start lower and still be read first, for each pixel that it is nearer to the side where reading begins.
    /// Chosen by hand; held by <c>LinesTests.Bubbles_are_read_from_above_and_from_the_side_where_reading_begins</c>.
    /// </summary>
    private const double SideWeight = 0.5;

    /// <summary>Confidence in the text, 0 to 1.</summary>
    public double Confidence { get; init; } = 1;

    /// <summary>Balloon or caption around the text; null if none was found.</summary>
    public Balloon? Balloon { get; init; }

    /// <summary>
    /// Orders the bubbles of one panel for reading: top to bottom, and at about the same height from the side where reading begins.
    /// </summary>
    public static IEnumerable<Bubble> OrderForReading(IEnumerable<Bubble> bubbles, ReadingDirection direction) => bubbles.OrderBy(bubble =>
        bubble.Y + (SideWeight * (direction == ReadingDirection.RightToLeft ? -(bubble.X + bubble.Width) : bubble.X)));

    /// <summary>
    /// Finds the panel that contains the bubble's middle, or the nearest one, because bubbles extend over frames. An inset wins over the
    /// panel around it.
    /// </summary>
    /// <returns>Index of the panel.</returns>
    public int FindNearestPanel(IReadOnlyList<Panel> panels)
    {
        double x = X + (Width / 2), y = Y + (Height / 2);
        return Enumerable.Range(0, panels.Count).MinBy(i =>
        {
            var panel = panels[i];
            var across = Math.Max(0, Math.Max(panel.X - x, x - (panel.X + panel.Width)));
            var down = Math.Max(0, Math.Max(panel.Y - y, y - (panel.Y + panel.Height)));
            return ((across * across) + (down * down), (long)panel.Width * panel.Height);
        });
    }

    /// <summary>Whether the middle of one bubble lies inside the other.</summary>
    public bool Overlaps(Bubble other) => ContainsMiddleOf(other) || other.ContainsMiddleOf(this);

    private bool ContainsMiddleOf(Bubble other)
    {
        double x = other.X + (other.Width / 2), y = other.Y + (other.Height / 2);
        return x >= X && x <= X + Width && y >= Y && y <= Y + Height;
    }
}
