using Quad = MangaMotion.Cli.Demo.Chapter.SampleChapter.Quad;

namespace MangaMotion.Cli.Demo.Chapter;

/// <summary>Page 1: the lamp is lit, and a storm comes.</summary>
internal static class StormComes
{
    public static IReadOnlyList<(Quad Outline, bool Framed, Action<Ink> Draw)> Panels { get; } =
    [
        (Quad.Of(70, 70, 1530, 690), true, Evening),
        (new((70, 730), (760, 730), (680, 1360), (70, 1360)), true, Window),
        (new((800, 730), (1530, 730), (1530, 1360), (720, 1360)), true, FarOut),
        (new((70, 1400), (1530, 1400), (1530, 2190), (70, 2190)), true, Strike),
    ];

    private static void Evening(Ink ink)
    {
        Scenery.Dusk(ink);
        Scenery.Stars(ink, 40, 3, 0.35);
        Scenery.Moon(ink, 0.12, 0.25, 0.1);
        Scenery.Cloud(ink, 0.86, 0.2, 0.2, new(0.5, 0.4, 0.55));
        Scenery.Cloud(ink, 0.97, 0.34, 0.16, new(0.42, 0.34, 0.52));
        Scenery.Beam(ink, (0.62, 0.235), (-0.1, 0.62), 0.09);
        Scenery.Sea(ink, 0.74, 0.08, 2);
        Scenery.Lighthouse(ink, 0.62, 0.8, 0.52, lit: true);
        Lettering.Caption(ink, 0.33, 0.88, "EVERY NIGHT, MIRA LIGHTS THE LAMP.");
    }

    private static void Window(Ink ink)
    {
        ink.Wash((_, y) => Colour.Mix(new(0.36, 0.22, 0.2), new(0.2, 0.12, 0.14), y));
        for (var plank = 0; plank < 9; plank++)
            ink.Stroke(3, new(0.1, 0.05, 0.06), (ink.X(plank / 8.0), ink.Y(0)), (ink.X(plank / 8.0), ink.Y(1)));
        var pane = Shape.Box(ink.X(0.56), ink.Y(0.1), ink.Width * 0.36, ink.Height * 0.5);
        ink.Paint(pane, new(0.14, 0.18, 0.36), 12);
        var random = new Random(4);
        for (var drop = 0; drop < 26; drop++)
        {
            var (x, y) = (ink.X(0.57 + (0.33 * random.NextDouble())), ink.Y(0.12 + (0.42 * random.NextDouble())));
            ink.Stroke(3, new(0.75, 0.85, 1, 0.7), (x, y), (x - 8, y + 26));
        }

        ink.Stroke(9, Ink.Black, (ink.X(0.74), ink.Y(0.1)), (ink.X(0.74), ink.Y(0.6)));
        ink.Stroke(9, Ink.Black, (ink.X(0.56), ink.Y(0.35)), (ink.X(0.92), ink.Y(0.35)));
        Cast.Mira(ink, 0.34, 0.6, 0.2, Mood.Calm, look: 1);
        Lettering.Bubble(ink, 0.37, 0.17, (0.36, 0.4), "THE SEA IS", "ANGRY TONIGHT.");
    }

    private static void FarOut(Ink ink)
    {
        Scenery.Sky(ink, new(0.1, 0.11, 0.22), new(0.36, 0.38, 0.5));
        Scenery.Cloud(ink, 0.3, 0.12, 0.3, new(0.22, 0.23, 0.33));
        Scenery.Cloud(ink, 0.8, 0.18, 0.26, new(0.18, 0.19, 0.3));
        Scenery.Sea(ink, 0.56, 0.17, 5);
        Scenery.Boat(ink, 0.54, 0.63, 0.24, tilt: -0.2);
        ink.Fill(Shape.Ellipse(ink.X(0.54), ink.Y(0.745), ink.Width * 0.22, ink.Height * 0.06), new(0.08, 0.13, 0.28));
        ink.Rain(70, 6);
        Lettering.Caption(ink, 0.58, 0.91, "FAR OUT, A SMALL BOAT", "IS COMING HOME.");
    }

    private static void Strike(Ink ink)
    {
        Scenery.Sky(ink, new(0.08, 0.08, 0.2), new(0.4, 0.42, 0.62));
        Scenery.Cloud(ink, 0.2, 0.1, 0.32, new(0.16, 0.16, 0.27));
        Scenery.Cloud(ink, 0.62, 0.06, 0.36, new(0.13, 0.13, 0.24));
        Scenery.Cloud(ink, 0.95, 0.14, 0.28, new(0.18, 0.18, 0.3));
        ink.Rays(0.5, 0.32, 0.34, 40, new(1, 1, 0.85, 0.28), 9);
        Scenery.Lighthouse(ink, 0.5, 0.83, 0.5, lit: false);
        Scenery.Lightning(ink, (0.5, 0.235));
        ink.Rain(110, 8);
        Scenery.Sea(ink, 0.84, 0.14, 9);
        Lettering.Noise(ink, 0.79, 0.36, 120, Scenery.Lamp, "KRAK!");
        Lettering.Caption(ink, 0.2, 0.62, "THEN THE STORM", "STRIKES THE TOWER.");
    }
}
