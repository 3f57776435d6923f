namespace MangaMotion.Comics.Panels;

/// <summary>A point of a page in pixels; the first pixel lies between 0 and 1.</summary>
public readonly record struct PagePoint(double X, double Y);

/// <summary>Where a panel's own picture ends: its box holds gutter and neighbours too where its sides are slanted.</summary>
internal static class PanelOutline
{
    /// <summary>Pixels of the reduced page by which a corner may stand out from a straight side: sides are cut in whole pixels.</summary>
    private const double Straight = 1.5;

    /// <summary>Shares of the page's longer side by which a frame line lies farther out or in than where the page was cut: cuts have not every slant.</summary>
    private const double Outwards = 0.005;
    private const double Inwards = 0.014;
    private const int MostSteps = 40;
    private const int Samples = 64;
    private const int Dark = 110;
    private const double FrameShare = 0.75;

    /// <summary>A panel that fills so much of its box is upright.</summary>
    private const double Upright = 0.985;

    /// <summary>Whether corners go round clockwise without pointing inwards, but for what is rounded off.</summary>
    public static bool IsClockwise(IReadOnlyList<PagePoint> corners)
    {
        for (var i = 0; i < corners.Count; i++)
        {
            var (a, b, c) = (corners[i], corners[(i + 1) % corners.Count], corners[(i + 2) % corners.Count]);
            if (Cross(a, b, c) < -0.05 * Length(a, b) * Length(b, c))
                return false;
        }

        return Area(corners) > 0;
    }

    /// <summary>The corners of a region in a box of its own coordinates, clockwise.</summary>
    public static IReadOnlyList<PagePoint> Of(Region region, int left, int top, int width, int height)
    {
        var points = new List<PagePoint>(4 * height);
        for (var y = top; y < top + height; y++)
        {
            var row = region.Row(y).Slice(left, width);
            int first = row.IndexOf((byte)1), last = row.LastIndexOf((byte)1) + 1;
            if (first >= 0)
                points.AddRange([new(first + left, y), new(last + left, y), new(first + left, y + 1), new(last + left, y + 1)]);
        }

        var corners = Hull(points);
        while (corners.Count > 4)
        {
            var (least, at) = Enumerable.Range(0, corners.Count).Min(i => (Distance(corners[i], corners[(i + corners.Count - 1) % corners.Count], corners[(i + 1) % corners.Count]), i));
            if (least > Straight)
                break;
            corners.RemoveAt(at);
        }

        return [.. corners.Select(corner => new PagePoint(corner.X + region.X, corner.Y + region.Y))];
    }

    /// <summary>
    /// A panel with its sides drawn in to their frame lines on the whole page, so that no gutter is left at them. Sides without a
    /// frame stay. An upright panel has no corners besides those of its box.
    /// </summary>
    public static Panel Fit(Panel panel, ReadOnlySpan<byte> grey, int width, int height, int stride)
    {
        if (panel.Outline is not { Count: > 2 } corners)
            return panel;

        var unit = Math.Max(width, Math.Min(height, 2 * width));
        var (outwards, inwards) = ((int)Math.Max(2, Outwards * unit), (int)Math.Max(2, Inwards * unit));
        var sides = new List<(PagePoint From, PagePoint To)>(corners.Count);
        for (var i = 0; i < corners.Count; i++)
        {
            // A corner that is cut off by a little is one corner; the frame lines beside it meet there.
            if (corners[(i + 1) % corners.Count] is var next && Length(corners[i], next) > 2 * inwards)
                sides.Add(Side(grey, width, height, stride, corners[i], next, outwards, inwards));
        }

        if (sides.Count < 3)
            return panel with { Outline = null };
        var fitted = new PagePoint[sides.Count];
        for (var i = 0; i < fitted.Length; i++)
        {
            var corner = Meeting(sides[(i + fitted.Length - 1) % fitted.Length], sides[i], 4 * inwards);
            fitted[i] = new(Math.Clamp(corner.X, 0, width), Math.Clamp(corner.Y, 0, height));
        }

        int left = (int)Math.Round(fitted.Min(corner => corner.X)), top = (int)Math.Round(fitted.Min(corner => corner.Y));
        int right = (int)Math.Round(fitted.Max(corner => corner.X)), bottom = (int)Math.Round(fitted.Max(corner => corner.Y));
        if (right - left < 2 || bottom - top < 2 || !IsClockwise(fitted))
            return panel with { Outline = null };
        return new Panel(left, top, right - left, bottom - top, panel.Confidence)
        {
            Outline = Area(fitted) < Upright * (right - left) * (bottom - top) ? fitted : null,
        };
    }

    /// <summary>The outermost dark line along a side, both of whose ends may lie somewhat farther in or out.</summary>
    private static (PagePoint From, PagePoint To) Side(ReadOnlySpan<byte> grey, int width, int height, int stride, PagePoint from, PagePoint to, int outwards, int inwards)
    {
        var length = Math.Max(1e-9, Length(from, to));
        // Clockwise, with y downwards: inside is on the right.
        double inX = -(to.Y - from.Y) / length, inY = (to.X - from.X) / length;
        (double Share, int From, int To)? best = null;
        var step = Math.Max(1, inwards / MostSteps);
        for (var a = -outwards; a <= inwards; a += step)
        {
            for (var b = -outwards; b <= inwards; b += step)
            {
                var dark = 0;
                for (var n = 0; n < Samples; n++)
                {
                    var t = 0.04 + (0.92 * n / (Samples - 1));
                    var by = a + ((b - a) * t);
                    int x = (int)(from.X + ((to.X - from.X) * t) + (inX * by)), y = (int)(from.Y + ((to.Y - from.Y) * t) + (inY * by));
                    if (x >= 0 && y >= 0 && x < width && y < height && grey[(y * stride) + x] < Dark)
                        dark++;
                }

                var share = (double)dark / Samples;
                if (share >= FrameShare && (best is not { } found || a + b < found.From + found.To || (a + b == found.From + found.To && share > found.Share)))
                    best = (share, a, b);
            }
        }

        // A pixel farther in, past the soft edge of the line.
        return best is { } frame ? (Moved(from, frame.From + 1), Moved(to, frame.To + 1)) : (from, to);

        PagePoint Moved(PagePoint point, double by) => new(point.X + (inX * by), point.Y + (inY * by));
    }

    /// <summary>Where two lines meet, or halfway between their ends where that is farther away: lines of about one direction meet anywhere.</summary>
    private static PagePoint Meeting((PagePoint From, PagePoint To) one, (PagePoint From, PagePoint To) other, double most)
    {
        var between = new PagePoint((one.To.X + other.From.X) / 2, (one.To.Y + other.From.Y) / 2);
        double ax = one.To.X - one.From.X, ay = one.To.Y - one.From.Y, bx = other.To.X - other.From.X, by = other.To.Y - other.From.Y;
        var cross = (ax * by) - (ay * bx);
        if (Math.Abs(cross) < 1e-9)
            return between;
        var t = (((other.From.X - one.From.X) * by) - ((other.From.Y - one.From.Y) * bx)) / cross;
        var meeting = new PagePoint(one.From.X + (t * ax), one.From.Y + (t * ay));
        return Length(meeting, between) <= most ? meeting : between;
    }

    /// <summary>The convex hull, clockwise on the page (Andrew's monotone chain).</summary>
    private static List<PagePoint> Hull(List<PagePoint> points)
    {
        points.Sort((a, b) => (a.X, a.Y).CompareTo((b.X, b.Y)));
        var hull = new List<PagePoint>();
        for (var pass = 0; pass < 2; pass++)
        {
            var start = hull.Count;
            foreach (var point in points)
            {
                while (hull.Count >= start + 2 && Cross(hull[^2], hull[^1], point) <= 0)
                    hull.RemoveAt(hull.Count - 1);
                hull.Add(point);
            }

            hull.RemoveAt(hull.Count - 1);
            points.Reverse();
        }

        return hull;
    }

    private static double Cross(PagePoint a, PagePoint b, PagePoint c) => ((b.X - a.X) * (c.Y - a.Y)) - ((b.Y - a.Y) * (c.X - a.X));

    private static double Distance(PagePoint point, PagePoint from, PagePoint to) =>
        Math.Abs(Cross(from, to, point)) / Math.Max(1e-9, Length(from, to));

    private static double Length(PagePoint from, PagePoint to) => Math.Sqrt(((to.X - from.X) * (to.X - from.X)) + ((to.Y - from.Y) * (to.Y - from.Y)));

    private static double Area(IReadOnlyList<PagePoint> corners) =>
        Enumerable.Range(0, corners.Count).Sum(i => (corners[i].X * corners[(i + 1) % corners.Count].Y) - (corners[(i + 1) % corners.Count].X * corners[i].Y)) / 2;
}
