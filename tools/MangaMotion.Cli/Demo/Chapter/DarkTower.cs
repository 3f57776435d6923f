using Quad = MangaMotion.Cli.Demo.Chapter.SampleChapter.Quad;

namespace MangaMotion.Cli.Demo.Chapter;

/// <summary>Page 2: the lamp is out.</summary>
internal static class DarkTower
{
    private static readonly Colour Wall = new(0.2, 0.22, 0.38);

    public static IReadOnlyList<(Quad Outline, bool Framed, Action<Ink> Draw)> Panels { get; } =
    [
        (new((70, 70), (1530, 70), (1530, 500), (70, 620)), true, Eyes),
        (new((70, 662), (700, 610), (620, 1350), (70, 1350)), true, Stairs),
        (new((742, 606), (1530, 541), (1530, 1350), (662, 1350)), true, Broken),
        (Quad.Of(70, 1390, 560, 2190), true, Mew),
        (Quad.Of(600, 1390, 1530, 2190), true, Danger),
    ];

    private static void Eyes(Ink ink)
    {
        ink.Wash((_, y) => Colour.Mix(new(0.1, 0.11, 0.25), new(0.24, 0.24, 0.42), y));
        ink.Rays(0.4, 0.5, 0.75, 46, new(0.85, 0.9, 1, 0.2), 3);
        Cast.Mira(ink, 0.4, 0.56, 0.44, Mood.Afraid, look: 0.4);
        Lettering.Bubble(ink, 0.77, 0.34, (0.52, 0.6), 34, "OH NO!", "THE LAMP IS OUT!");
    }

    private static void Stairs(Ink ink)
    {
        ink.Wash((_, y) => Colour.Mix(new(0.12, 0.13, 0.26), Wall, y));
        for (var row = 0; row < 9; row++)
        {
            for (var brick = -1; brick < 5; brick++)
            {
                ink.Outline(
                    Shape.Box(ink.X((brick + (row % 2 * 0.5)) * 0.24), ink.Y(row * 0.115), ink.Width * 0.24, ink.Height * 0.115), 2.5,
                        new(0.1, 0.1, 0.2));
            }
        }

        for (var step = 0; step < 8; step++)
        {
            ink.Paint(
                Shape.Polygon(
                    (ink.X(-0.05 + (step * 0.14)), ink.Y(1.05)), (ink.X(-0.05 + (step * 0.14)), ink.Y(0.95 - (step * 0.075))),
                    (ink.X(0.09 + (step * 0.14)), ink.Y(0.95 - (step * 0.075))), (ink.X(0.09 + (step * 0.14)), ink.Y(1.05))),
                new(0.42, 0.42, 0.55));
        }

        // A lantern in her hand lights the way.
        ink.Fill(Shape.Circle(ink.X(0.68), ink.Y(0.52), ink.Unit * 0.3), new(1, 0.9, 0.5, 0.16));
        Cast.Mira(ink, 0.4, 0.47, 0.15, Mood.Afraid, look: 1);
        ink.Stroke(16, new(0.93, 0.72, 0.2), (ink.X(0.5), ink.Y(0.66)), (ink.X(0.67), ink.Y(0.52)));
        ink.Paint(Shape.Box(ink.X(0.635), ink.Y(0.52), ink.Width * 0.09, ink.Height * 0.075), Scenery.Lamp);
        Lettering.Bubble(ink, 0.42, 0.15, (0.4, 0.33), "UP THE STAIRS,", "QUICK!");
    }

    private static void Broken(Ink ink)
    {
        ink.Wash((_, y) => Colour.Mix(new(0.09, 0.1, 0.22), new(0.22, 0.2, 0.32), y));
        ink.Rain(50, 12);
        foreach (var bar in (double[])[0.08, 0.36, 0.64, 0.92])
            ink.Stroke(10, Ink.Black, (ink.X(bar), ink.Y(0)), (ink.X(bar), ink.Y(0.66)));
        ink.Paint(Shape.Box(ink.X(-0.1), ink.Y(0.66), ink.Width * 1.2, ink.Height * 0.4), new(0.3, 0.24, 0.28));
        ink.Paint(Shape.Box(ink.X(0.36), ink.Y(0.72), ink.Width * 0.28, ink.Height * 0.2), new(0.35, 0.36, 0.45));
        ink.Paint(Shape.Ellipse(ink.X(0.5), ink.Y(0.72), ink.Width * 0.17, ink.Height * 0.035), new(0.45, 0.46, 0.56));
        ink.Paint(
            Shape.Polygon((ink.X(0.4), ink.Y(0.71)), (ink.X(0.37), ink.Y(0.5)), (ink.X(0.43), ink.Y(0.57)), (ink.X(0.47), ink.Y(0.45)),
                (ink.X(0.52), ink.Y(0.56)), (ink.X(0.57), ink.Y(0.48)), (ink.X(0.63), ink.Y(0.55)), (ink.X(0.6), ink.Y(0.71))),
            new(0.62, 0.72, 0.82));
        var smoke = Curve.Soften(
            [(ink.X(0.5), ink.Y(0.6)), (ink.X(0.44), ink.Y(0.5)), (ink.X(0.56), ink.Y(0.42)), (ink.X(0.46), ink.Y(0.32)),
            (ink.X(0.54), ink.Y(0.24))], closed: false);
        ink.Stroke(30, new(0.7, 0.7, 0.78, 0.55), smoke);
        ink.Stroke(14, new(0.85, 0.85, 0.9, 0.6), smoke);
        foreach (var (x, y) in ((double, double)[])[(0.28, 0.9), (0.34, 0.83), (0.7, 0.86), (0.76, 0.93), (0.22, 0.8)])
            ink.Paint(Shape.Polygon((ink.X(x), ink.Y(y)), (ink.X(x + 0.035), ink.Y(y - 0.03)), (ink.X(x + 0.05), ink.Y(y + 0.015))),
                new(0.75, 0.85, 0.95), 3);
        Lettering.Bubble(ink, 0.68, 0.15, (1.02, 0.3), "THE LAMP IS", "BROKEN.");
    }

    private static void Mew(Ink ink)
    {
        ink.Wash((_, y) => Colour.Mix(new(0.3, 0.26, 0.45), new(0.16, 0.14, 0.28), y));
        ink.Tone(Shape.Box(ink.X(0), ink.Y(0), ink.Width, ink.Height), 16, (_, y) => 0.1 + (0.5 * y), new(0.08, 0.07, 0.18, 0.7));
        ink.Fill(Shape.Ellipse(ink.X(0.5), ink.Y(0.95), ink.Width * 0.4, ink.Height * 0.04), new(0.05, 0.05, 0.1));
        Cast.Pip(ink, 0.46, 0.58, 0.23, Mood.Calm, look: 0.6);
        Lettering.Bubble(ink, 0.6, 0.16, (0.52, 0.4), 36, "MEW?");
    }

    private static void Danger(Ink ink)
    {
        Scenery.Night(ink);
        Scenery.Cloud(ink, 0.25, 0.1, 0.25, new(0.15, 0.16, 0.28));
        Scenery.Cloud(ink, 0.8, 0.14, 0.3, new(0.12, 0.13, 0.24));
        Scenery.Sea(ink, 0.52, 0.13, 21);
        Scenery.Boat(ink, 0.3, 0.58, 0.17, tilt: 0.18);
        Scenery.Rocks(ink, 0.7, 0.72, 0.24, 5);
        Scenery.Rocks(ink, 0.9, 0.86, 0.22, 8);
        ink.Rain(90, 15);
        Lettering.Bubble(ink, 0.42, 0.89, (-0.05, 0.97), "FATHER! HE CANNOT", "SEE THE ROCKS!");
    }
}
