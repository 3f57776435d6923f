namespace MangaMotion.Cli.Demo.Chapter;

/// <summary>Expression of a face.</summary>
internal enum Mood
{
    Calm,
    Afraid,
    Glad,
    Asleep,
}

/// <summary>Characters: Mira, Pip the cat, and the fisherman.</summary>
internal static class Cast
{
    private static readonly Colour Skin = new(0.98, 0.83, 0.7);
    private static readonly Colour Hair = new(0.42, 0.16, 0.14);
    private static readonly Colour Coat = new(0.93, 0.72, 0.2);
    private static readonly Colour Scarf = new(0.8, 0.22, 0.22);
    private static readonly Colour Fur = new(0.1, 0.1, 0.15);

    /// <param name="x">Centre of the face.</param>
    /// <param name="y">Centre of the face.</param>
    /// <param name="size">Half the height of the head, as a fraction of the panel's shorter side.</param>
    /// <param name="look">Direction of the look: −1 is left, 1 is right.</param>
    public static void Mira(Ink ink, double x, double y, double size, Mood mood, double look = 0)
    {
        double unit = size * ink.Unit, cx = ink.X(x), cy = ink.Y(y);
        (double, double) At(double dx, double dy) => (cx + (dx * unit), cy + (dy * unit));
        var turn = look * 0.22;

        ink.Paint(Shape.Blob(At(-0.75, 1.0), At(0.75, 1.0), At(1.45, 1.7), At(1.7, 4.2), At(-1.7, 4.2), At(-1.45, 1.7)), Coat);
        ink.Tone(Shape.Blob(At(0.3, 1.0), At(0.75, 1.0), At(1.45, 1.7), At(1.7, 4.2), At(0.5, 4.2)), 11, (_, _) => 0.4,
            new(0.5, 0.3, 0.05, 0.55));
        ink.Stroke(4, Ink.Black, At(0, 1.5), At(0.05, 4.2));
        foreach (var button in (double[])[1.9, 2.6, 3.3])
            ink.Paint(Shape.Circle(At(0.18, button).Item1, At(0.18, button).Item2, unit * 0.08), new(0.4, 0.25, 0.1), 3);

        ink.Paint(Shape.Blob(
            At(-1.25, -0.6), At(-0.7, -1.35), At(0.5, -1.4), At(1.25, -0.7), At(1.3, 0.6), At(1.15, 1.15), At(0.6, 0.9), At(-0.6, 0.9),
            At(-1.15, 1.15), At(-1.3, 0.5)), Hair);
        ink.Paint(Shape.Blob(At(-0.92, -0.6), At(0.92, -0.6), At(0.98, 0.2), At(0.55, 0.92), At(0, 1.1), At(-0.55, 0.92), At(-0.98, 0.2)),
            Skin);
        ink.Fill(Shape.Ellipse(At(-0.55 + turn, 0.45).Item1, At(0, 0.45).Item2, unit * 0.2, unit * 0.11), new(0.95, 0.5, 0.45, 0.5));
        ink.Fill(Shape.Ellipse(At(0.55 + turn, 0.45).Item1, At(0, 0.45).Item2, unit * 0.2, unit * 0.11), new(0.95, 0.5, 0.45, 0.5));
        Face(ink, At, unit, turn, mood);
        ink.Paint(Shape.Blob(
            At(-1.05, -0.15), At(-1.1, -0.8), At(-0.5, -1.3), At(0.5, -1.3), At(1.1, -0.8), At(1.05, -0.15), At(0.75, -0.62),
            At(0.3, -0.35), At(0.05, -0.7), At(-0.35, -0.35), At(-0.7, -0.65)), Hair);
        ink.Stroke(unit * 0.05, new(0.7, 0.36, 0.28), At(-0.6, -1.0), At(-0.15, -1.1), At(0.3, -1.05));
        ink.Paint(Shape.Blob(At(-0.95, 0.98), At(0, 1.22), At(0.95, 0.98), At(1.0, 1.4), At(0, 1.68), At(-1.0, 1.4)), Scarf);
        ink.Paint(Shape.Blob(At(0.5, 1.3), At(0.95, 1.25), At(1.5, 1.95), At(1.2, 2.25), At(0.65, 1.75)), Scarf);
    }

    private static void Face(Ink ink, Func<double, double, (double X, double Y)> at, double unit, double turn, Mood mood)
    {
        foreach (var side in (int[])[-1, 1])
        {
            var (x, y) = at((side * 0.42) + turn, 0.12);
            if (mood is Mood.Asleep or Mood.Glad)
            {
                var bend = mood == Mood.Glad ? -0.16 : 0.14;
                ink.Stroke(unit * 0.08, Ink.Black,
                    Curve.Soften([(x - (unit * 0.2), y), (x, y + (bend * unit * 1.4)), (x + (unit * 0.2), y)], closed: false));
                continue;
            }

            var wide = mood == Mood.Afraid ? 1.2 : 1;
            ink.Fill(Shape.Ellipse(x, y, unit * 0.21 * wide, unit * 0.27 * wide), Ink.Paper);
            ink.Outline(Shape.Ellipse(x, y, unit * 0.21 * wide, unit * 0.27 * wide), 3, Ink.Black);
            ink.Fill(Shape.Ellipse(x + (turn * unit * 0.3), y + (unit * 0.02), unit * 0.13, unit * (mood == Mood.Afraid ? 0.14 : 0.2)),
                new(0.25, 0.15, 0.1));
            ink.Fill(Shape.Circle(x + (turn * unit * 0.3) + (unit * 0.05), y - (unit * 0.07), unit * 0.055), Ink.Paper);
            ink.Stroke(unit * 0.07, Ink.Black,
                Curve.Soften([(x - (unit * 0.23), y - (unit * 0.17)), (x, y - (unit * 0.34 * wide)),
                (x + (unit * 0.23), y - (unit * 0.17))], closed: false));
            var raised = mood == Mood.Afraid ? 0.16 : 0;
            ink.Stroke(unit * 0.06, Hair, (x - (unit * 0.2), y - (unit * (0.46 + (side < 0 ? 0 : raised)))),
                (x + (unit * 0.2), y - (unit * (0.46 + (side < 0 ? raised : 0)))));
        }

        ink.Stroke(unit * 0.05, new(0.75, 0.48, 0.38), at(turn * 1.4, 0.36), at(0.06 + (turn * 1.4), 0.44));
        switch (mood)
        {
            case Mood.Afraid:
                ink.Paint(Shape.Ellipse(at(turn, 0.72).X, at(turn, 0.72).Y, unit * 0.17, unit * 0.2), new(0.45, 0.12, 0.12), 3);
                break;
            case Mood.Glad:
                ink.Paint(Shape.Blob(at(turn - 0.3, 0.58), at(turn + 0.3, 0.58), at(turn + 0.22, 0.85), at(turn - 0.22, 0.85)),
                    new(0.6, 0.16, 0.16), 3);
                break;
            default:
                ink.Stroke(unit * 0.055, Ink.Black,
                    Curve.Soften([at(turn - 0.18, 0.7), at(turn, 0.76), at(turn + 0.18, 0.69)], closed: false));
                break;
        }
    }

    /// <summary>Draws Pip, sitting.</summary>
    /// <param name="size">Half the height of the head, as a fraction of the panel's shorter side.</param>
    public static void Pip(Ink ink, double x, double y, double size, Mood mood, double look = 0)
    {
        double unit = size * ink.Unit, cx = ink.X(x), cy = ink.Y(y);
        (double X, double Y) At(double dx, double dy) => (cx + (dx * unit), cy + (dy * unit));
        var rim = new Colour(0.45, 0.5, 0.7);

        ink.Stroke(unit * 0.34, Fur, Curve.Soften([At(0.9, 3), At(2.2, 3.1), At(2.4, 1.9), At(1.8, 1.4)], closed: false));
        var body = Shape.Blob(At(-0.6, 0.5), At(0.6, 0.5), At(1.35, 2.2), At(1.3, 3.3), At(-1.3, 3.3), At(-1.35, 2.2));
        ink.Fill(body, Fur);
        ink.Outline(body, 4, rim);
        var head = Shape.Ellipse(cx, cy, unit * 1.15, unit)
            .Or(Shape.Polygon(At(-1.1, -0.3), At(-0.95, -1.6), At(-0.2, -0.85)))
            .Or(Shape.Polygon(At(1.1, -0.3), At(0.95, -1.6), At(0.2, -0.85)));
        ink.Fill(head, Fur);
        ink.Outline(head, 4, rim);
        foreach (var side in (int[])[-1, 1])
        {
            var (eyeX, eyeY) = At((side * 0.48) + (look * 0.12), -0.02);
            ink.Fill(Shape.Polygon(At(side * 0.9, -0.65), At(side * 0.88, -1.2), At(side * 0.5, -0.85)), new(0.55, 0.3, 0.36));
            if (mood == Mood.Asleep)
            {
                ink.Stroke(unit * 0.08, Scenery.Lamp,
                    Curve.Soften([(eyeX - (unit * 0.22), eyeY), (eyeX, eyeY + (unit * 0.2)), (eyeX + (unit * 0.22), eyeY)], closed: false));
            }
            else
            {
                ink.Fill(Shape.Ellipse(eyeX, eyeY, unit * 0.28, unit * 0.3), Scenery.Lamp);
                ink.Fill(Shape.Ellipse(eyeX + (look * unit * 0.08), eyeY, unit * (mood == Mood.Afraid ? 0.16 : 0.09), unit * 0.24),
                    Ink.Black);
            }

            foreach (var whisker in (double[])[0.3, 0.48])
                ink.Stroke(2.5, Ink.Paper, At(side * 0.55, whisker), At(side * 1.5, whisker + ((whisker - 0.38) * 1.2)));
        }

        ink.Fill(Shape.Polygon(At(-0.1, 0.3), At(0.1, 0.3), At(0, 0.43)), new(0.9, 0.55, 0.6));
        ink.Stroke(unit * 0.05, Ink.Paper, At(-0.22, 0.6), At(0, 0.46), At(0.22, 0.6));
        ink.Stroke(unit * 0.16, Scarf, Curve.Soften([At(-0.62, 0.85), At(0, 1.1), At(0.62, 0.85)], closed: false));
        ink.Paint(Shape.Circle(At(0, 1.12).X, At(0, 1.12).Y, unit * 0.15), Scenery.Lamp, 3);
    }

    /// <summary>Draws the fisherman, Mira's father.</summary>
    public static void Fisherman(Ink ink, double x, double y, double size, Mood mood, double look = 0)
    {
        double unit = size * ink.Unit, cx = ink.X(x), cy = ink.Y(y);
        (double, double) At(double dx, double dy) => (cx + (dx * unit), cy + (dy * unit));
        var oilskin = new Colour(0.2, 0.36, 0.5);
        var beard = new Colour(0.36, 0.3, 0.28);

        ink.Paint(Shape.Blob(At(-0.9, 1.0), At(0.9, 1.0), At(1.9, 1.7), At(2.2, 4.4), At(-2.2, 4.4), At(-1.9, 1.7)), oilskin);
        ink.Tone(Shape.Blob(At(0.4, 1.0), At(0.9, 1.0), At(1.9, 1.7), At(2.2, 4.4), At(0.8, 4.4)), 11, (_, _) => 0.45,
            new(0.03, 0.08, 0.16, 0.6));
        ink.Paint(Shape.Blob(At(-0.95, -0.7), At(0.95, -0.7), At(1.0, 0.2), At(0.6, 1.0), At(-0.6, 1.0), At(-1.0, 0.2)),
            new(0.93, 0.75, 0.6));
        Face(ink, At, unit, look * 0.22, mood);
        ink.Paint(Shape.Blob(
            At(-1.02, 0.2), At(-0.75, 0.55), At(-0.35, 0.5), At(0.35, 0.5), At(0.75, 0.55), At(1.02, 0.2), At(0.95, 1.1), At(0.35, 1.65),
            At(-0.35, 1.65), At(-0.95, 1.1)), beard);
        ink.Paint(Shape.Blob(At(-0.26, 0.72), At(0.26, 0.72), At(0.2, 0.92), At(-0.2, 0.92)), new(0.65, 0.25, 0.22), 3);
        ink.Paint(Shape.Blob(At(-1.5, -0.42), At(-1.0, -0.62), At(1.0, -0.62), At(1.5, -0.42), At(1.0, -0.36), At(-1.0, -0.36)), Coat);
        ink.Paint(Shape.Blob(At(-1.0, -0.5), At(-0.85, -1.35), At(0.85, -1.35), At(1.0, -0.5)), Coat);
    }
}
