namespace MangaMotion.Comics.Tests.Synthesis;

/// <summary>Convex part of the page that becomes a panel.</summary>
public sealed class Cell(IReadOnlyList<Point> outline)
{
    public IReadOnlyList<Point> Outline { get; set; } = outline;

    /// <summary>Whether the panel has no frame; it then ends where its drawing ends.</summary>
    public bool Borderless { get; set; }

    /// <summary>Whether the drawing fills the panel to its sides without a frame line.</summary>
    public bool Frameless { get; set; }

    public double Left => Outline.Min(p => p.X);

    public double Right => Outline.Max(p => p.X);

    public double Top => Outline.Min(p => p.Y);

    public double Bottom => Outline.Max(p => p.Y);

    public double Width => Right - Left;

    public double Height => Bottom - Top;

    public Point Centre => new((Left + Right) / 2, (Top + Bottom) / 2);

    public static Cell Rectangle(double left, double top, double right, double bottom) =>
        new([new(left, top), new(right, top), new(right, bottom), new(left, bottom)]);

    /// <summary>
    /// Splits the cell at a share of its height or width, along a line of this slope, with a gutter. The upper or left part comes first.
    /// </summary>
    public (Cell First, Cell Second) Split(bool rows, double share, double slope, double gutter)
    {
        var at = rows ? new Point(Centre.X, Top + (share * Height)) : new Point(Left + (share * Width), Centre.Y);
        var normal = rows ? new Point(-slope, 1) : new Point(1, -slope);
        normal *= 1 / normal.Length;
        var half = gutter / 2;
        return (new Cell(Keep(Outline, at - (normal * half), normal * -1)), new Cell(Keep(Outline, at + (normal * half), normal)));
    }

    /// <summary>Moves the points on the page's sides outwards by these distances.</summary>
    public void Bleed(Cell page, double left, double top, double right, double bottom)
    {
        Outline = [.. Outline.Select(p => new Point(
            p.X <= page.Left + 1 ? p.X - left : p.X >= page.Right - 1 ? p.X + right : p.X,
            p.Y <= page.Top + 1 ? p.Y - top : p.Y >= page.Bottom - 1 ? p.Y + bottom : p.Y))];
    }

    private static List<Point> Keep(IReadOnlyList<Point> outline, Point at, Point normal)
    {
        double Side(Point p) => ((p.X - at.X) * normal.X) + ((p.Y - at.Y) * normal.Y);

        var kept = new List<Point>();
        for (var i = 0; i < outline.Count; i++)
        {
            var (a, b) = (outline[i], outline[(i + 1) % outline.Count]);
            double sideA = Side(a), sideB = Side(b);
            if (sideA >= 0)
                kept.Add(a);
            if (sideA < 0 != sideB < 0)
                kept.Add(a + ((b - a) * (sideA / (sideA - sideB))));
        }

        return kept;
    }
}
