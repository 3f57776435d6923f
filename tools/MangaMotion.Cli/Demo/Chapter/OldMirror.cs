using Quad = MangaMotion.Cli.Demo.Chapter.SampleChapter.Quad;

namespace MangaMotion.Cli.Demo.Chapter;

/// <summary>Page 3: the cat has an idea, and the moon comes out.</summary>
internal static class OldMirror
{
    public static IReadOnlyList<(Quad Outline, bool Framed, Action<Ink> Draw)> Panels { get; } =
    [
        (new((70, 70), (700, 70), (620, 680), (70, 680)), true, Think),
        (new((742, 70), (1530, 70), (1530, 680), (662, 680)), true, Idea),
        (Quad.Of(110, 760, 860, 1400), false, Moonrise),
        (Quad.Of(920, 720, 1530, 1440), true, Steady),
        (new((70, 1560), (1530, 1480), (1530, 2190), (70, 2190)), true, Beam),
    ];

    private static void Think(Ink ink)
    {
        ink.Wash((_, y) => Colour.Mix(new(0.55, 0.6, 0.78), new(0.3, 0.32, 0.52), y));
        ink.Tone(Shape.Box(ink.X(0), ink.Y(0), ink.Width, ink.Height), 15, (x, _) => 0.5 - (0.45 * x), new(0.16, 0.17, 0.36, 0.6));
        Cast.Mira(ink, 0.4, 0.66, 0.21, Mood.Calm, look: -0.8);
        Lettering.Bubble(ink, 0.5, 0.19, (0.43, 0.42), "THINK, MIRA.", "WHAT ELSE", "CAN SHINE?");
    }

    private static void Idea(Ink ink)
    {
        ink.Wash((_, y) => Colour.Mix(new(0.34, 0.24, 0.28), new(0.18, 0.13, 0.2), y));
        ink.Paint(Shape.Box(ink.X(-0.1), ink.Y(0.84), ink.Width * 1.2, ink.Height * 0.3), new(0.28, 0.18, 0.16));
        foreach (var (x, y, w, h) in ((double, double, double, double)[])[(0.76, 0.6, 0.2, 0.24), (0.84, 0.42, 0.15, 0.18)])
        {
            ink.Paint(Shape.Box(ink.X(x), ink.Y(y), ink.Width * w, ink.Height * h), new(0.5, 0.34, 0.2));
            ink.Stroke(4, Ink.Black, (ink.X(x), ink.Y(y)), (ink.X(x + w), ink.Y(y + h)));
        }

        Mirror(ink, 0.57, 0.56, 0.27);
        Cast.Pip(ink, 0.24, 0.62, 0.12, Mood.Calm, look: 1);
        Lettering.Bubble(ink, 0.3, 0.17, (0.1, 0.42), "THE OLD MIRROR!", "GOOD CAT!");
    }

    private static void Mirror(Ink ink, double x, double y, double size)
    {
        double cx = ink.X(x), cy = ink.Y(y), radius = size * ink.Unit;
        ink.Paint(Shape.Circle(cx, cy, radius * 1.16), new(0.72, 0.52, 0.2), 6);
        var glass = Shape.Circle(cx, cy, radius);
        ink.Paint(glass, new(0.72, 0.84, 0.93));
        foreach (var (offset, width) in ((double, double)[])[(-0.35, 0.24), (0.05, 0.1)])
        {
            ink.Fill(
                glass.And(Shape.Polygon(
                    (cx + ((offset - 0.6) * radius), cy + radius), (cx + ((offset + 0.4) * radius), cy - radius),
                    (cx + ((offset + width + 0.4) * radius), cy - radius), (cx + ((offset + width - 0.6) * radius), cy + radius))),
                new(1, 1, 1, 0.75));
        }
    }

    /// <summary>Draws the panel without a frame: the moon on the white page.</summary>
    private static void Moonrise(Ink ink)
    {
        var sky = Shape.Ellipse(ink.X(0.5), ink.Y(0.42), ink.Width * 0.45, ink.Height * 0.37);
        ink.Fill(sky, new(0.16, 0.19, 0.42));
        ink.Tone(Shape.Ellipse(ink.X(0.5), ink.Y(0.42), ink.Width * 0.49, ink.Height * 0.41).Without(sky), 12, (_, _) => 0.5,
            new(0.16, 0.19, 0.42));
        Scenery.Moon(ink, 0.5, 0.4, 0.2);
        Scenery.Cloud(ink, 0.22, 0.56, 0.2, new(0.62, 0.66, 0.82));
        Scenery.Cloud(ink, 0.8, 0.6, 0.18, new(0.52, 0.56, 0.75));
        Scenery.Cloud(ink, 0.78, 0.22, 0.12, new(0.7, 0.73, 0.86));
        Lettering.Caption(ink, 0.5, 0.9, "AND THEN THE CLOUDS OPEN.");
    }

    private static void Steady(Ink ink)
    {
        Scenery.Night(ink);
        Scenery.Stars(ink, 40, 11, 0.7);
        Scenery.Beam(ink, (0.8, -0.1), (0.68, 0.62), 0.16, 0.35);
        Cast.Mira(ink, 0.36, 0.58, 0.17, Mood.Calm, look: 0.8);
        Mirror(ink, 0.7, 0.72, 0.2);
        foreach (var (x, y) in ((double, double)[])[(0.53, 0.8), (0.84, 0.86)])
            ink.Paint(Shape.Ellipse(ink.X(x), ink.Y(y), ink.Unit * 0.06, ink.Unit * 0.05), new(0.98, 0.83, 0.7));
        ink.Rays(0.7, 0.72, 0.24, 22, new(1, 1, 0.8, 0.35), 6);
        Lettering.Bubble(ink, 0.42, 0.16, (0.37, 0.4), "HOLD STILL...", "ALMOST THERE...");
    }

    private static void Beam(Ink ink)
    {
        Scenery.Night(ink);
        Scenery.Stars(ink, 60, 17, 0.45);
        Scenery.Moon(ink, 0.88, 0.22, 0.09);
        Scenery.Sea(ink, 0.68, 0.1, 31);
        Scenery.Lighthouse(ink, 0.16, 0.84, 0.54, lit: true);
        Scenery.Beam(ink, (0.16, 0.235), (1.1, 0.72), 0.12, 0.5);
        Scenery.Boat(ink, 0.8, 0.72, 0.11, tilt: 0.08);
        Lettering.Noise(ink, 0.5, 0.3, 92, Ink.Paper, "SHINE!");
    }
}
