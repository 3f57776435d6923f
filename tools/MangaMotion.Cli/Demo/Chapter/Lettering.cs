namespace MangaMotion.Cli.Demo.Chapter;

/// <summary>Capital letters drawn with a round pen, as in comics. They need no installed font.</summary>
internal static class Lettering
{
    private const double Cap = 8, Gap = 2.3, Space = 3.6, Leading = 1.62;

    /// <summary>Strokes of each letter on a grid of 6 × 8; two digits are a position, and a tilde marks a rounded stroke.</summary>
    private static readonly Dictionary<char, string> Glyphs = new()
    {
        ['A'] = "083068 1555",
        ['B'] = "0008 0030 ~3051533404 ~3464673808 0838 0434",
        ['C'] = "~6150200206285867",
        ['D'] = "0008 0020 ~2061672808 0828",
        ['E'] = "50000858 0444",
        ['F'] = "500008 0444",
        ['G'] = "~61502002062858676564 6434",
        ['H'] = "0008 6068 0464",
        ['I'] = "1018",
        ['J'] = "~4046382806",
        ['K'] = "0008 5005 2358",
        ['L'] = "000858",
        ['M'] = "0800356068",
        ['N'] = "08006860",
        ['O'] = "~3010010717285767614030",
        ['P'] = "0008 0030 ~3062643504 0434",
        ['Q'] = "~3010010717285767614030 4568",
        ['R'] = "0008 0030 ~3062643404 0434 3468",
        ['S'] = "~6140200103244465673828 ~382807",
        ['T'] = "0060 3038",
        ['U'] = "~000006284866 6660",
        ['V'] = "003860",
        ['W'] = "0018335860",
        ['X'] = "0068 6008",
        ['Y'] = "003460 3438",
        ['Z'] = "00600868",
        ['!'] = "1015 1818",
        ['?'] = "~0110405153343536 3838",
        ['.'] = "1818",
        [','] = "1819",
        ['\''] = "1012",
        ['-'] = "1444",
    };

    public static double Width(string line, double size) => line.Sum(sign => Advance(sign) * size / Cap) - (Gap * size / Cap);

    public static double Height(int lines, double size) => ((lines - 1) * size * Leading) + size;

    /// <summary>Draws centred lines of text.</summary>
    /// <param name="size">Height of a capital in pixels.</param>
    public static void Write(Ink ink, double middleX, double middleY, double size, Colour colour, params string[] lines)
    {
        var y = middleY - (Height(lines.Length, size) / 2);
        foreach (var line in lines)
        {
            var x = middleX - (Width(line, size) / 2);
            foreach (var sign in line)
            {
                if (Glyphs.TryGetValue(sign, out var strokes))
                    Draw(ink, strokes, x, y, size / Cap, size / 6.2, colour);
                x += Advance(sign) * size / Cap;
            }

            y += size * Leading;
        }
    }

    private static double Advance(char sign) => sign == ' ' ? Space : Glyphs.TryGetValue(sign, out var strokes)
        ? strokes.Split(' ').SelectMany(stroke => Points(stroke.TrimStart('~'))).Max(point => point.X) + Gap : Space;

    private static void Draw(Ink ink, string strokes, double x, double y, double scale, double width, Colour colour)
    {
        foreach (var stroke in strokes.Split(' '))
        {
            (double X, double Y)[] points = [.. Points(stroke.TrimStart('~')).Select(
                point => (x + (point.X * scale), y + (point.Y * scale)))];
            ink.Stroke(width, colour, stroke[0] == '~' ? Curve.Soften(points, closed: false) : points);
        }
    }

    private static IEnumerable<(double X, double Y)> Points(string digits) =>
        digits.Chunk(2).Select(cell => ((double)(cell[0] - '0'), (double)(cell[1] - '0')));

    /// <summary>Draws a speech bubble with a tail that points at the speaker.</summary>
    public static void Bubble(Ink ink, double x, double y, (double X, double Y) tail, params string[] lines) =>
        Bubble(ink, x, y, tail, 27, lines);

    public static void Bubble(Ink ink, double x, double y, (double X, double Y) tail, double size, params string[] lines)
    {
        double middleX = ink.X(x), middleY = ink.Y(y), tailX = ink.X(tail.X), tailY = ink.Y(tail.Y);
        var across = (lines.Max(line => Width(line, size)) * 0.62) + (size * 1.3);
        var down = (Height(lines.Length, size) * 0.66) + (size * 1.25);
        var angle = Math.Atan2(tailY - middleY, tailX - middleX);
        var (side, root) = (size * 0.75, 0.75);
        var (rootX, rootY) = (middleX + (Math.Cos(angle) * across * root), middleY + (Math.Sin(angle) * down * root));
        var balloon = Shape.Ellipse(middleX, middleY, across, down).Or(Shape.Polygon(
            (rootX - (Math.Sin(angle) * side), rootY + (Math.Cos(angle) * side)), (tailX, tailY),
                (rootX + (Math.Sin(angle) * side), rootY - (Math.Cos(angle) * side))));
        ink.Paint(balloon, Ink.Paper);
        Write(ink, middleX, middleY, size, Ink.Black, lines);
    }

    /// <summary>Draws the narrator's text in a box.</summary>
    public static void Caption(Ink ink, double x, double y, params string[] lines)
    {
        const double Size = 27;
        var (width, height) = (lines.Max(line => Width(line, Size)) + (Size * 2), Height(lines.Length, Size) + (Size * 1.8));
        ink.Paint(Shape.Box(ink.X(x) - (width / 2), ink.Y(y) - (height / 2), width, height), new Colour(1, 0.96, 0.82));
        Write(ink, ink.X(x), ink.Y(y), Size, Ink.Black, lines);
    }

    /// <summary>Draws a sound effect in large letters with a pale outline.</summary>
    public static void Noise(Ink ink, double x, double y, double size, Colour colour, string word)
    {
        foreach (var (dx, dy) in ((double, double)[])[(-7, 0), (7, 0), (0, -7), (0, 7), (-5, -5), (5, 5), (-5, 5), (5, -5)])
            Write(ink, ink.X(x) + dx, ink.Y(y) + dy, size, Ink.Black, word);
        Write(ink, ink.X(x), ink.Y(y), size, colour, word);
    }
}
