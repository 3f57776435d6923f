using Quad = MangaMotion.Cli.Demo.Chapter.SampleChapter.Quad;

namespace MangaMotion.Cli.Demo.Chapter;

/// <summary>Page 4: home.</summary>
internal static class Homecoming
{
    public static IReadOnlyList<(Quad Outline, bool Framed, Action<Ink> Draw)> Panels { get; } =
    [
        (new((70, 70), (840, 70), (760, 700), (70, 700)), true, Seen),
        (new((880, 70), (1530, 70), (1530, 700), (800, 700)), true, Past),
        (new((70, 742), (1530, 742), (1530, 1400), (70, 1480)), true, Pier),
        (new((70, 1522), (1530, 1442), (1530, 2190), (70, 2190)), true, Morning),
    ];

    private static void Seen(Ink ink)
    {
        Scenery.Night(ink);
        Scenery.Beam(ink, (-0.1, 0.1), (0.9, 0.9), 0.3, 0.35);
        ink.Rain(40, 22);
        Cast.Fisherman(ink, 0.5, 0.62, 0.19, Mood.Glad, look: -0.8);
        Lettering.Bubble(ink, 0.52, 0.17, (0.48, 0.38), "A LIGHT! TURN", "THE BOAT!");
    }

    private static void Past(Ink ink)
    {
        Scenery.Night(ink);
        Scenery.Stars(ink, 25, 19, 0.4);
        Scenery.Beam(ink, (1.1, 0.1), (0.1, 0.75), 0.2, 0.35);
        Scenery.Sea(ink, 0.55, 0.13, 37);
        Scenery.Rocks(ink, 0.84, 0.7, 0.26, 12);
        Scenery.Boat(ink, 0.4, 0.66, 0.24, tilt: -0.25);
        foreach (var (x, y) in ((double, double)[])[(0.14, 0.72), (0.2, 0.68), (0.1, 0.76)])
            ink.Paint(Shape.Circle(ink.X(x), ink.Y(y), ink.Unit * 0.03), Ink.Paper, 3);
        Lettering.Noise(ink, 0.52, 0.2, 70, Ink.Paper, "SPLASH!");
    }

    private static void Pier(Ink ink)
    {
        Scenery.Dawn(ink);
        Scenery.Cloud(ink, 0.12, 0.2, 0.14, new(1, 0.95, 0.9));
        Scenery.Cloud(ink, 0.6, 0.12, 0.16, new(1, 0.93, 0.86));
        Scenery.Sea(ink, 0.62, 0.06, 41, day: true);
        ink.Paint(Shape.Box(ink.X(-0.1), ink.Y(0.86), ink.Width * 1.2, ink.Height * 0.3), new(0.55, 0.38, 0.24));
        Cast.Fisherman(ink, 0.34, 0.5, 0.14, Mood.Glad, look: 0.8);
        Cast.Mira(ink, 0.6, 0.62, 0.13, Mood.Glad, look: -0.8);
        Cast.Pip(ink, 0.79, 0.72, 0.075, Mood.Calm, look: -0.8);
        Lettering.Bubble(ink, 0.17, 0.2, (0.3, 0.36), "YOU SAVED ME,", "LITTLE KEEPER.");
        Lettering.Bubble(ink, 0.8, 0.24, (0.65, 0.46), "IT WAS THE", "CAT'S IDEA.");
    }

    private static void Morning(Ink ink)
    {
        Scenery.Night(ink);
        Scenery.Stars(ink, 80, 43, 0.6);
        Scenery.Moon(ink, 0.55, 0.28, 0.13);
        Scenery.Sea(ink, 0.72, 0.05, 47);
        Scenery.Lighthouse(ink, 0.82, 0.8, 0.5, lit: true);
        Scenery.Beam(ink, (0.82, 0.27), (-0.1, 0.42), 0.08, 0.4);
        ink.Paint(Shape.Box(ink.X(-0.1), ink.Y(0.88), ink.Width * 0.55, ink.Height * 0.3), new(0.3, 0.24, 0.3));
        Cast.Pip(ink, 0.2, 0.66, 0.11, Mood.Asleep);
        Lettering.Caption(ink, 0.5, 0.94, "AND SO THE MOON BECAME THE LAST LAMP.");
    }
}
