namespace MangaMotion.Cli.Demo.Chapter;

/// <summary>Scenery: sky, sea, tower, boat.</summary>
internal static class Scenery
{
    public static readonly Colour Lamp = new(1, 0.88, 0.45);
    private static readonly Colour Stone = new(0.9, 0.88, 0.82);
    private static readonly Colour Red = new(0.74, 0.2, 0.17);
    private static readonly Colour Rock = new(0.16, 0.15, 0.22);

    public static void Sky(Ink ink, Colour high, Colour low) => ink.Wash((_, y) => Colour.Mix(high, low, Math.Pow(y, 1.3)));

    public static void Night(Ink ink) => Sky(ink, new(0.07, 0.08, 0.24), new(0.26, 0.3, 0.5));

    public static void Dusk(Ink ink) => Sky(ink, new(0.16, 0.15, 0.4), new(0.96, 0.56, 0.42));

    public static void Dawn(Ink ink) => Sky(ink, new(0.42, 0.62, 0.86), new(1, 0.87, 0.68));

    public static void Stars(Ink ink, int count, int seed, double down = 0.5)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
            ink.Fill(Shape.Circle(ink.X(random.NextDouble()), ink.Y(random.NextDouble() * down), 1.5 + (2.5 * random.NextDouble())),
                new(1, 1, 0.9, 0.85));
    }

    public static void Moon(Ink ink, double x, double y, double size)
    {
        var radius = size * ink.Unit;
        for (var halo = 4; halo > 0; halo--)
            ink.Fill(Shape.Circle(ink.X(x), ink.Y(y), radius * (1 + (0.3 * halo))), new(1, 0.97, 0.8, 0.09));
        ink.Fill(Shape.Circle(ink.X(x), ink.Y(y), radius), new(1, 0.97, 0.84));
        foreach (var (dx, dy, r) in ((double, double, double)[])[(-0.3, -0.2, 0.2), (0.35, 0.1, 0.14), (-0.05, 0.45, 0.12)])
            ink.Fill(Shape.Circle(ink.X(x) + (dx * radius), ink.Y(y) + (dy * radius), r * radius), new(0.93, 0.88, 0.72));
    }

    public static void Cloud(Ink ink, double x, double y, double size, Colour colour)
    {
        var unit = size * ink.Unit;
        var cloud = Shape.Ellipse(ink.X(x), ink.Y(y), unit, unit * 0.3);
        foreach (var (dx, dy, r) in ((double, double, double)[])[(-0.5, -0.15, 0.34), (0.05, -0.3, 0.45), (0.5, -0.12, 0.32)])
            cloud = cloud.Or(Shape.Circle(ink.X(x) + (dx * unit), ink.Y(y) + (dy * unit), r * unit));
        ink.Paint(cloud, colour, 4);
    }

    /// <summary>Draws waves in three rows; the nearest is the darkest.</summary>
    /// <param name="level">Vertical position of the horizon.</param>
    /// <param name="height">Height of a wave, as a fraction of the panel's height.</param>
    public static void Sea(Ink ink, double level, double height, int seed, bool day = false)
    {
        var random = new Random(seed);
        var far = day ? new Colour(0.42, 0.66, 0.8) : new Colour(0.17, 0.25, 0.45);
        var near = day ? new Colour(0.15, 0.42, 0.62) : new Colour(0.05, 0.09, 0.22);
        for (var row = 0; row < 3; row++)
        {
            var (top, phase, waves) = (level + ((1 - level) * row / 3), random.NextDouble() * 7, 5 - row + (2 * ink.Width / ink.Height));
            // Sharper at the crests than a sine. Only the upper edge is visible, so the vertical distance is enough.
            double Surface(double x)
            {
                var crest = 1 - Math.Abs(Math.Sin(((x - ink.X(0)) / ink.Width * waves * Math.PI / 2) + phase));
                return ink.Y(top + (height * (row + 1.5) / 3 * (0.5 - (crest * crest))));
            }

            var body = new Shape(ink.X(0), ink.Y(top - height), ink.X(1), ink.Y(1), (x, y) => 0.8 * (Surface(x) - y));
            ink.Fill(body, Colour.Mix(far, near, row / 2.0));
            ink.Outline(body, 4, day ? new(0.92, 0.98, 1) : new(0.6, 0.72, 0.9));
            ink.Tone(body, 13, (_, y) => (y - top) * 0.5, new(0.02, 0.04, 0.12, 0.5));
        }
    }

    /// <summary>Draws the tower on its rock.</summary>
    /// <param name="height">Height of the tower, as a fraction of the panel's height.</param>
    public static void Lighthouse(Ink ink, double x, double foot, double height, bool lit)
    {
        double unit = height * ink.Height, middle = ink.X(x), bottom = ink.Y(foot), top = bottom - unit;
        ink.Paint(Shape.Blob(
            (middle - (unit * 0.55), bottom + (unit * 0.3)), (middle - (unit * 0.4), bottom - (unit * 0.02)),
            (middle, bottom - (unit * 0.1)), (middle + (unit * 0.35), bottom), (middle + (unit * 0.6), bottom + (unit * 0.3))), Rock);
        var tower = Shape.Polygon(
            (middle - (unit * 0.07), top), (middle + (unit * 0.07), top), (middle + (unit * 0.12), bottom),
            (middle - (unit * 0.12), bottom));
        ink.Fill(tower, Stone);
        for (var stripe = 0; stripe < 3; stripe++)
            ink.Fill(tower.And(Shape.Box(middle - unit, top + (unit * (0.12 + (0.3 * stripe))), 2 * unit, unit * 0.14)), Red);
        ink.Tone(tower.And(Shape.Box(middle + (unit * 0.02), top, unit, unit)), 10, (_, _) => 0.45, new(0.2, 0.15, 0.3, 0.6));
        ink.Outline(tower, 5, Ink.Black);
        ink.Paint(Shape.Box(middle - (unit * 0.1), top - (unit * 0.03), unit * 0.2, unit * 0.035), Rock, 4);
        ink.Paint(Shape.Box(middle - (unit * 0.055), top - (unit * 0.14), unit * 0.11, unit * 0.11), lit ? Lamp : new(0.2, 0.24, 0.36), 4);
        ink.Paint(Shape.Polygon(
            (middle - (unit * 0.08), top - (unit * 0.14)), (middle, top - (unit * 0.23)), (middle + (unit * 0.08), top - (unit * 0.14))),
            Red, 4);
        ink.Paint(Shape.Box(middle - (unit * 0.03), bottom - (unit * 0.13), unit * 0.06, unit * 0.1), Rock, 3);
    }

    /// <summary>Draws a beam of light in two layers; its middle is brighter.</summary>
    public static void Beam(Ink ink, (double X, double Y) from, (double X, double Y) to, double spread, double strength = 0.45)
    {
        double x = ink.X(from.X), y = ink.Y(from.Y), dx = ink.X(to.X) - x, dy = ink.Y(to.Y) - y;
        foreach (var part in (double[])[1, 0.6, 0.3])
        {
            ink.Fill(
                Shape.Polygon((x, y), (x + dx - (dy * spread * part), y + dy + (dx * spread * part)),
                    (x + dx + (dy * spread * part), y + dy - (dx * spread * part))),
                new(1, 0.95, 0.65, strength * 0.6));
        }
    }

    public static void Boat(Ink ink, double x, double y, double size, double tilt = 0)
    {
        var unit = size * ink.Unit;
        var (cos, sin) = (Math.Cos(tilt), Math.Sin(tilt));
        (double, double) At(double dx, double dy) =>
            (ink.X(x) + (unit * ((dx * cos) - (dy * sin))), ink.Y(y) + (unit * ((dx * sin) + (dy * cos))));

        ink.Stroke(unit * 0.035, Ink.Black, At(0.1, -0.2), At(0.1, -1));
        ink.Paint(Shape.Polygon(At(0.15, -0.95), At(0.7, -0.3), At(0.15, -0.3)), new(0.96, 0.9, 0.78));
        ink.Paint(Shape.Polygon(At(0.05, -0.85), At(-0.3, -0.32), At(0.05, -0.32)), new(0.88, 0.8, 0.66));
        ink.Paint(Shape.Circle(At(-0.42, -0.32).Item1, At(-0.42, -0.32).Item2, unit * 0.11), new(0.93, 0.75, 0.6), 4);
        ink.Paint(Shape.Polygon(At(-0.58, -0.36), At(-0.26, -0.36), At(-0.35, -0.5), At(-0.5, -0.5)), new(0.85, 0.68, 0.2), 4);
        ink.Paint(Shape.Blob(At(-0.85, -0.25), At(0.95, -0.25), At(0.9, -0.2), At(0.62, 0.14), At(-0.62, 0.14), At(-0.9, -0.22)),
            new(0.55, 0.28, 0.18));
        ink.Stroke(unit * 0.03, new(0.95, 0.85, 0.7), At(-0.72, -0.11), At(0.74, -0.11));
    }

    public static void Rocks(Ink ink, double x, double y, double size, int seed)
    {
        var random = new Random(seed);
        var unit = size * ink.Unit;
        for (var i = 0; i < 4; i++)
        {
            double left = ink.X(x) + (unit * (i - 1.6) * 0.55), top = unit * (0.35 + (0.5 * random.NextDouble())), foot = ink.Y(y);
            var rock = Shape.Polygon(
                (left - (unit * 0.45), foot), (left - (unit * 0.2), foot - (top * 0.7)), (left, foot - top),
                (left + (unit * 0.15), foot - (top * 0.55)), (left + (unit * 0.42), foot));
            ink.Paint(rock, Rock);
            ink.Fill(rock.And(Shape.Polygon(
                (left - (unit * 0.45), foot), (left - (unit * 0.2), foot - (top * 0.7)), (left, foot - top), (left - (unit * 0.1), foot))),
                new(0.3, 0.29, 0.4));
        }

        ink.Stroke(7, Ink.Paper, (ink.X(x) - (unit * 1.5), ink.Y(y)), (ink.X(x) - (unit * 0.4), ink.Y(y) + 9),
            (ink.X(x) + unit, ink.Y(y) - 3), (ink.X(x) + (unit * 1.4), ink.Y(y) + 5));
    }

    public static void Lightning(Ink ink, (double X, double Y) to)
    {
        (double X, double Y)[] way = [(to.X + 0.12, -0.05), (to.X + 0.04, 0.12), (to.X + 0.09, 0.13), (to.X - 0.01, to.Y * 0.7),
            (to.X + 0.03, to.Y * 0.72), to];
        (double, double)[] points = [.. way.Select(p => (ink.X(p.X), ink.Y(p.Y)))];
        ink.Stroke(34, new(1, 1, 0.8, 0.35), points);
        ink.Stroke(14, new(1, 1, 0.9), points);
    }
}
