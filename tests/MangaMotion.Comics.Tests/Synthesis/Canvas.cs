namespace MangaMotion.Comics.Tests.Synthesis;

public readonly record struct Point(double X, double Y)
{
    public static Point operator +(Point a, Point b) => new(a.X + b.X, a.Y + b.Y);

    public static Point operator -(Point a, Point b) => new(a.X - b.X, a.Y - b.Y);

    public static Point operator *(Point a, double k) => new(a.X * k, a.Y * k);

    public double Length => Math.Sqrt((X * X) + (Y * Y));
}

/// <summary>Grey picture with anti-aliased polygons, drawn through a convex clip polygon.</summary>
public sealed class Canvas
{
    private const int SubRows = 4;

    private readonly byte[] _clip;
    private readonly float[] _coverage;

    public Canvas(int width, int height, byte paper)
    {
        Width = width;
        Height = height;
        Pixels = new byte[width * height];
        Array.Fill(Pixels, paper);
        _clip = new byte[width * height];
        _coverage = new float[width + 1];
        Unclip();
    }

    public int Width { get; }

    public int Height { get; }

    public byte[] Pixels { get; }

    public void Unclip() => Array.Fill(_clip, (byte)255);

    public void Clip(IReadOnlyList<Point> polygon)
    {
        Array.Clear(_clip);
        Scan(polygon, (at, cover) => _clip[at] = (byte)(255 * cover));
    }

    public void Fill(IReadOnlyList<Point> polygon, double shade) => Fill(polygon, (_, _) => shade);

    /// <summary>Fills a polygon with a shade for each pixel, 0 black to 255 white.</summary>
    public void Fill(IReadOnlyList<Point> polygon, Func<int, int, double> shade) => Scan(polygon, (at, cover) =>
    {
        var alpha = cover * _clip[at] / 255f;
        if (alpha > 0)
            Pixels[at] = (byte)Math.Clamp(Pixels[at] + (alpha * (shade(at % Width, at / Width) - Pixels[at])) + 0.5, 0, 255);
    });

    public void Line(Point a, Point b, double width, double shade)
    {
        var d = b - a;
        if (d.Length < 1e-6)
            return;
        var n = new Point(-d.Y, d.X) * (width / 2 / d.Length);
        Fill([a + n, b + n, b - n, a - n], shade);
    }

    public void Outline(IReadOnlyList<Point> polygon, double width, double shade)
    {
        for (var i = 0; i < polygon.Count; i++)
        {
            var (a, b) = (polygon[i], polygon[(i + 1) % polygon.Count]);
            var d = b - a;
            var extra = d.Length < 1e-6 ? new Point(0, 0) : d * (width / 2 / d.Length);
            Line(a - extra, b + extra, width, shade);
        }
    }

    public static Point[] Ellipse(Point centre, double rx, double ry, double wobble = 0, int lobes = 0)
    {
        var points = new Point[72];
        for (var i = 0; i < points.Length; i++)
        {
            var angle = 2 * Math.PI * i / points.Length;
            var r = 1 + (wobble * Math.Sin(lobes * angle));
            points[i] = new Point(centre.X + (rx * r * Math.Cos(angle)), centre.Y + (ry * r * Math.Sin(angle)));
        }

        return points;
    }

    private void Scan(IReadOnlyList<Point> polygon, Action<int, float> paint)
    {
        var top = Math.Max(0, (int)Math.Floor(polygon.Min(p => p.Y)));
        var bottom = Math.Min(Height - 1, (int)Math.Ceiling(polygon.Max(p => p.Y)));
        var crossings = new List<double>();
        for (var y = top; y <= bottom; y++)
        {
            Array.Clear(_coverage);
            int min = Width, max = -1;
            for (var sub = 0; sub < SubRows; sub++)
            {
                var line = y + ((sub + 0.5) / SubRows);
                crossings.Clear();
                for (var i = 0; i < polygon.Count; i++)
                {
                    var (a, b) = (polygon[i], polygon[(i + 1) % polygon.Count]);
                    if (a.Y <= line != b.Y <= line)
                        crossings.Add(a.X + ((line - a.Y) / (b.Y - a.Y) * (b.X - a.X)));
                }

                crossings.Sort();
                for (var i = 0; i + 1 < crossings.Count; i += 2)
                    Cover(Math.Max(0, crossings[i]), Math.Min(Width, crossings[i + 1]), ref min, ref max);
            }

            for (var x = min; x <= max; x++)
            {
                if (_coverage[x] > 0)
                    paint((y * Width) + x, Math.Min(1, _coverage[x]));
            }
        }
    }

    private void Cover(double left, double right, ref int min, ref int max)
    {
        if (right <= left)
            return;
        int first = (int)left, last = Math.Min(Width - 1, (int)right);
        (min, max) = (Math.Min(min, first), Math.Max(max, last));
        if (first == last)
        {
            _coverage[first] += (float)(right - left) / SubRows;
            return;
        }

        _coverage[first] += (float)(first + 1 - left) / SubRows;
        for (var x = first + 1; x < last; x++)
            _coverage[x] += 1f / SubRows;
        _coverage[last] += (float)(right - last) / SubRows;
    }
}
