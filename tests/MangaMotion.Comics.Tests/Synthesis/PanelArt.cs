namespace MangaMotion.Comics.Tests.Synthesis;

/// <summary>Draws the content of panels: rooms, tones, figures, balloons with lettering.</summary>
public sealed class PanelArt(Canvas canvas, Random random, double ink)
{
    private double Between(double low, double high) => low + (random.NextDouble() * (high - low));

    private bool Chance(double p) => random.NextDouble() < p;

    public void Panel(Cell cell, double density)
    {
        canvas.Clip(cell.Outline);
        Background(cell, density);
        if (Chance(density))
            Room(cell);
        for (var figures = random.Next(1, 4); figures > 0; figures--)
        {
            var size = Between(0.3, 0.8) * Math.Min(cell.Height, cell.Width * 1.5);
            Figure(new Point(Between(cell.Left, cell.Right), cell.Bottom - (size * Between(0, 0.6))), size);
        }

        for (var balloons = random.Next(0, 3); balloons > 0; balloons--)
            Balloon(new Point(Between(cell.Left, cell.Right), cell.Top + (cell.Height * Between(0.05, 0.5))),
                Between(0.15, 0.3) * Math.Min(cell.Width, cell.Height));
        canvas.Unclip();
    }

    /// <summary>Draws a panel without a frame: one large figure on blank paper that fills the cell.</summary>
    public void Vignette(Cell cell)
    {
        canvas.Clip(cell.Outline);
        var size = cell.Height * 0.9;
        Figure(new Point(cell.Centre.X, cell.Bottom - (size * 0.45)), size, cell.Width / size);
        Balloon(new Point(cell.Left + (0.16 * cell.Width), cell.Top + (0.18 * cell.Height)), Math.Min(cell.Width, cell.Height) * 0.15);
        Balloon(new Point(cell.Right - (0.16 * cell.Width), cell.Bottom - (0.25 * cell.Height)), Math.Min(cell.Width, cell.Height) * 0.15);
        canvas.Unclip();
    }

    public void Figure(Point middle, double size, double spread = 0.55)
    {
        double body = Between(30, 240), line = Math.Max(1.2, size * 0.008);
        Point[] coat =
        [
            middle + new Point(-0.2 * size * spread, -0.15 * size), middle + new Point(0.2 * size * spread, -0.15 * size),
            middle + new Point(Between(0.35, 0.5) * size * spread, 0.6 * size),
            middle + new Point(Between(-0.5, -0.35) * size * spread, 0.6 * size),
        ];
        canvas.Fill(coat, body);
        canvas.Outline(coat, line, ink);
        var head = Canvas.Ellipse(middle + new Point(0, -0.3 * size), 0.17 * size * Math.Max(0.8, spread), 0.2 * size);
        canvas.Fill(head, Chance(0.8) ? 252 : 215);
        canvas.Outline(head, line, ink);
        var hair = Canvas.Ellipse(middle + new Point(Between(-0.03, 0.03) * size, -0.4 * size), 0.19 * size * Math.Max(0.8, spread),
            0.12 * size, 0.12, 9);
        canvas.Fill(hair, Chance(0.5) ? ink : Between(60, 250));
        canvas.Outline(hair, line, ink);
        for (var eye = -1; eye <= 1; eye += 2)
            canvas.Fill(Canvas.Ellipse(middle + new Point(eye * 0.06 * size, -0.28 * size), 0.02 * size, 0.03 * size), ink);
    }

    public void Balloon(Point centre, double size)
    {
        double rx = size * Between(0.7, 1.1), ry = size * Between(0.8, 1.3);
        var outline = Chance(0.25)
            ? (IReadOnlyList<Point>)[centre + new Point(-rx, -ry), centre + new Point(rx, -ry), centre + new Point(rx, ry),
                centre + new Point(-rx, ry)]
            : Canvas.Ellipse(centre, rx, ry, Chance(0.2) ? 0.06 : 0, 18);
        canvas.Fill(outline, 254);
        canvas.Outline(outline, Math.Max(1.2, size * 0.02), ink);
        var glyph = Math.Max(6, size * 0.17);
        for (var x = -rx * 0.5; x < rx * 0.5; x += glyph * 1.35)
        {
            for (var y = -ry * 0.6; y < ry * Between(0.2, 0.6); y += glyph * 1.1)
                Glyph(centre + new Point(x, y), glyph);
        }
    }

    /// <summary>Draws a box with two lines of lettering, four times as wide as <paramref name="size"/>.</summary>
    public void Caption(Point centre, double size)
    {
        Point[] box = [centre + new Point(-2 * size, -0.6 * size), centre + new Point(2 * size, -0.6 * size),
            centre + new Point(2 * size, 0.6 * size), centre + new Point(-2 * size, 0.6 * size)];
        canvas.Fill(box, Between(225, 255));
        canvas.Outline(box, Math.Max(1.2, size * 0.03), ink);
        for (var line = 0; line < 2; line++)
            Letters(centre + new Point(-1.7 * size, (line - 1) * 0.5 * size), 9, 0.36 * size, ink);
    }

    /// <summary>Draws a line of letters.</summary>
    public void Letters(Point at, double count, double size, double shade)
    {
        for (var i = 0; i < count; i++)
        {
            if (!Chance(0.15))
                Glyph(at + new Point(i * size * 1.1, 0), size, shade);
        }
    }

    private void Glyph(Point at, double size) => Glyph(at, size, ink);

    private void Glyph(Point at, double size, double shade)
    {
        for (var stroke = 0; stroke < 4; stroke++)
        {
            Point a = at + new Point(random.NextDouble() * size, random.NextDouble() * size),
                b = at + new Point(random.NextDouble() * size, random.NextDouble() * size);
            canvas.Line(a, b, Math.Max(1, size * 0.13), shade);
        }
    }

    private void Background(Cell cell, double density)
    {
        var choice = random.NextDouble();
        if (choice > density)
        {
            canvas.Fill(cell.Outline, Between(250, 255));
            return;
        }

        double a = Between(20, 250), b = Between(20, 250), period = Between(5, 10), dot = Between(0.2, 0.45) * period;
        var (top, height, centre) = (cell.Top, Math.Max(1, cell.Height), cell.Centre);
        switch (random.Next(5))
        {
            case 0:
                canvas.Fill(cell.Outline, (_, y) => a + ((b - a) * (y - top) / height));
                break;
            case 1:
                canvas.Fill(cell.Outline, (x, y) =>
                {
                    double u = ((x + y) / period % 1) - 0.5, v = ((x - y + 10000) / period % 1) - 0.5;
                    return Math.Sqrt((u * u) + (v * v)) * period < dot ? ink : 253;
                });
                break;
            case 2:
                canvas.Fill(cell.Outline, ink + 8);
                break;
            case 3:
                canvas.Fill(cell.Outline, 252);
                for (var ray = 0; ray < 70; ray++)
                {
                    var angle = Between(0, 2 * Math.PI);
                    var way = new Point(Math.Cos(angle), Math.Sin(angle));
                    canvas.Line(centre + (way * (Between(0.3, 0.6) * height)), centre + (way * 3000), Between(1, 6), ink);
                }

                break;
            default:
                canvas.Fill(cell.Outline, a);
                for (var blot = 0; blot < 25; blot++)
                    canvas.Fill(Canvas.Ellipse(new Point(Between(cell.Left, cell.Right), Between(cell.Top, cell.Bottom)), Between(5, 60),
                        Between(5, 60), 0.2, 5), Between(10, 250));
                break;
        }
    }

    /// <summary>Draws straight objects that resemble frames and gutters: horizons, shelves, windows, doors.</summary>
    private void Room(Cell cell)
    {
        var line = Between(1.2, 3);
        for (var n = random.Next(0, 3); n > 0; n--)
        {
            var y = Between(cell.Top, cell.Bottom);
            canvas.Line(new Point(cell.Left, y), new Point(cell.Right, y + Between(-20, 20)), line, ink);
        }

        for (var n = random.Next(1, 6); n > 0; n--)
        {
            double x = Between(cell.Left, cell.Right), y = Between(cell.Top, cell.Bottom), w = Between(0.05, 0.4) * cell.Width,
                h = Between(0.05, 0.5) * cell.Height;
            Point[] box = [new(x, y), new(x + w, y), new(x + w, y + h), new(x, y + h)];
            canvas.Fill(box, Chance(0.5) ? 252 : Between(60, 245));
            canvas.Outline(box, line, ink);
        }
    }
}
