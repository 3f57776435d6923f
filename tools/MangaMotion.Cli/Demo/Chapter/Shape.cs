namespace MangaMotion.Cli.Demo.Chapter;

/// <summary>Outline with its bounding box and the distance of a pixel from its edge (negative inside), in pixels of the page.</summary>
internal sealed record Shape(double Left, double Top, double Right, double Bottom, Func<double, double, double> Distance)
{
    public static Shape Circle(double x, double y, double radius) =>
        new(x - radius, y - radius, x + radius, y + radius, (px, py) => double.Hypot(px - x, py - y) - radius);

    public static Shape Ellipse(double x, double y, double across, double down) => new(
        x - across, y - down, x + across, y + down,
        (px, py) =>
        {
            // First-order distance, accurate enough for outlines of a few pixels.
            double dx = (px - x) / across, dy = (py - y) / down;
            var value = (dx * dx) + (dy * dy);
            var slope = double.Hypot(dx / across, dy / down);
            return slope < 1e-9 ? -Math.Min(across, down) : (value - 1) / (2 * slope);
        });

    /// <summary>Creates a closed polygon.</summary>
    public static Shape Polygon(params (double X, double Y)[] corners) => new(
        corners.Min(c => c.X), corners.Min(c => c.Y), corners.Max(c => c.X), corners.Max(c => c.Y),
        (px, py) =>
        {
            var (nearest, inside) = (double.MaxValue, false); // squared
            for (int i = 0, j = corners.Length - 1; i < corners.Length; j = i++)
            {
                var (a, b) = (corners[i], corners[j]);
                nearest = Math.Min(nearest, ToSegment(px, py, a, b));
                if (a.Y > py != b.Y > py && px < ((b.X - a.X) * (py - a.Y) / (b.Y - a.Y)) + a.X)
                    inside = !inside;
            }

            return inside ? -Math.Sqrt(nearest) : Math.Sqrt(nearest);
        });

    /// <summary>Creates a line with round ends and joins.</summary>
    public static Shape Line(double width, params (double X, double Y)[] points) => new(
        points.Min(p => p.X) - width, points.Min(p => p.Y) - width, points.Max(p => p.X) + width, points.Max(p => p.Y) + width,
        (px, py) =>
        {
            var nearest = ToSegment(px, py, points[0], points[0]);
            for (var i = 1; i < points.Length; i++)
                nearest = Math.Min(nearest, ToSegment(px, py, points[i - 1], points[i]));
            return Math.Sqrt(nearest) - (width / 2);
        });

    /// <summary>Creates a closed outline with rounded corners.</summary>
    public static Shape Blob(params (double X, double Y)[] corners) => Polygon(Curve.Soften(corners, closed: true));

    public static Shape Box(double left, double top, double width, double height) =>
        Polygon((left, top), (left + width, top), (left + width, top + height), (left, top + height));

    /// <summary>The parts of a shape for which another says yes.</summary>
    public Shape And(Shape other) => new(
        Math.Max(Left, other.Left), Math.Max(Top, other.Top), Math.Min(Right, other.Right), Math.Min(Bottom, other.Bottom),
        (x, y) => Distance(x, y) is var distance && distance > 1 ? distance : Math.Max(distance, other.Distance(x, y)));

    public Shape Without(Shape other) => this with { Distance = (x, y) => Math.Max(Distance(x, y), -other.Distance(x, y)) };

    public Shape Or(Shape other) => new(
        Math.Min(Left, other.Left), Math.Min(Top, other.Top), Math.Max(Right, other.Right), Math.Max(Bottom, other.Bottom),
        (x, y) => Math.Min(Distance(x, y), other.Distance(x, y)));

    /// <summary>Computes the square of the distance.</summary>
    private static double ToSegment(double x, double y, (double X, double Y) a, (double X, double Y) b)
    {
        double dx = b.X - a.X, dy = b.Y - a.Y;
        var length = (dx * dx) + (dy * dy);
        var t = length < 1e-9 ? 0 : Math.Clamp((((x - a.X) * dx) + ((y - a.Y) * dy)) / length, 0, 1);
        double ex = x - a.X - (t * dx), ey = y - a.Y - (t * dy);
        return (ex * ex) + (ey * ey);
    }
}

internal static class Curve
{
    /// <summary>Rounds the corners with three passes of Chaikin's corner cutting.</summary>
    public static (double X, double Y)[] Soften((double X, double Y)[] points, bool closed)
    {
        for (var round = 0; round < 3; round++)
        {
            var soft = new List<(double X, double Y)>();
            for (var i = 0; i < points.Length - (closed ? 0 : 1); i++)
            {
                var (a, b) = (points[i], points[(i + 1) % points.Length]);
                soft.Add(((0.75 * a.X) + (0.25 * b.X), (0.75 * a.Y) + (0.25 * b.Y)));
                soft.Add(((0.25 * a.X) + (0.75 * b.X), (0.25 * a.Y) + (0.75 * b.Y)));
            }

            points = closed ? [.. soft] : [points[0], .. soft, points[^1]];
        }

        return points;
    }
}
