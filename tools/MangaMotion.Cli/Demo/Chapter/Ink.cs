namespace MangaMotion.Cli.Demo.Chapter;

/// <summary>
/// Drawing area of one panel. Positions are fractions of the panel's bounding box: (0, 0) is the upper left corner, (1, 1) the lower
/// right corner.
/// </summary>
internal sealed class Ink(Canvas page, Shape clip)
{
    public static readonly Colour Black = new(0.06, 0.06, 0.1);
    public static readonly Colour Paper = new(1, 0.995, 0.98);

    public double Width => clip.Right - clip.Left;

    public double Height => clip.Bottom - clip.Top;

    /// <summary>Unit of length of figures, in pixels.</summary>
    public double Unit => Math.Min(Width, Height);

    public double X(double part) => clip.Left + (part * Width);

    public double Y(double part) => clip.Top + (part * Height);

    public void Fill(Shape shape, Colour colour)
    {
        var inside = shape.And(clip);
        page.DrawBox(inside.Left - 1, inside.Top - 1, inside.Right + 1, inside.Bottom + 1, inside.Distance, colour);
    }

    public void Outline(Shape shape, double width, Colour colour) => Fill(
        new Shape(shape.Left - width, shape.Top - width, shape.Right + width, shape.Bottom + width, (x, y) =>
            Math.Abs(shape.Distance(x, y)) - (width / 2)), colour);

    /// <summary>Fills a shape with a flat colour and draws an ink line around it.</summary>
    public void Paint(Shape shape, Colour colour, double line = 5)
    {
        Fill(shape, colour);
        Outline(shape, line, Black);
    }

    public void Stroke(double width, Colour colour, params (double X, double Y)[] points) => Fill(Shape.Line(width, points), colour);

    /// <summary>Colours the panel as a function of the position; both coordinates are from 0 to 1.</summary>
    public void Wash(Func<double, double, Colour> paint)
    {
        const int Bands = 160;
        for (var i = 0; i < Bands; i++)
            Fill(Shape.Box(clip.Left - 2, Y((double)i / Bands) - 1, Width + 4, (Height / Bands) + 2), paint(0.5, (i + 0.5) / Bands));
    }

    /// <summary>Draws screentone: dots on a slanted grid whose size follows the shade.</summary>
    public void Tone(Shape shape, double pitch, Func<double, double, double> shade, Colour colour)
    {
        var radius = pitch * 0.62;
        Fill(
            shape with
            {
                Distance = (x, y) =>
                {
                    double u = (x + y) / Math.Sqrt(2) / pitch, v = (x - y) / Math.Sqrt(2) / pitch;
                    var dot = double.Hypot(u - Math.Round(u), v - Math.Round(v)) * pitch;
                    return Math.Max(shape.Distance(x, y),
                        dot - (radius * Math.Sqrt(Math.Clamp(shade((x - clip.Left) / Width, (y - clip.Top) / Height), 0, 1))));
                },
            },
            colour);
    }

    /// <summary>Draws lines that converge at a position, for speed and fright.</summary>
    public void Rays(double x, double y, double from, int count, Colour colour, int seed)
    {
        var random = new Random(seed);
        var reach = double.Hypot(Width, Height);
        for (var i = 0; i < count; i++)
        {
            var angle = (i + random.NextDouble()) * 2 * Math.PI / count;
            var start = Unit * from * (0.9 + (0.5 * random.NextDouble()));
            var (cos, sin, half) = (Math.Cos(angle), Math.Sin(angle), 0.006 + (0.012 * random.NextDouble()));
            Fill(
                Shape.Polygon(
                    (X(x) + (cos * start), Y(y) + (sin * start)),
                    (X(x) + (Math.Cos(angle + half) * reach), Y(y) + (Math.Sin(angle + half) * reach)),
                    (X(x) + (Math.Cos(angle - half) * reach), Y(y) + (Math.Sin(angle - half) * reach))),
                colour);
        }
    }

    public void Rain(int count, int seed, double slant = 0.25)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var (x, y, length) = (X(random.NextDouble() * 1.2), Y((random.NextDouble() * 1.2) - 0.2),
                Unit * (0.06 + (0.1 * random.NextDouble())));
            Stroke(2.5, new Colour(0.85, 0.9, 1, 0.55), (x, y), (x - (slant * length), y + length));
        }
    }
}
