using static MangaMotion.Comics.Panels.PanelTuning;

namespace MangaMotion.Comics.Panels;

/// <summary>Point of a page in pixels. The first pixel lies between 0 and 1.</summary>
public readonly record struct PagePoint(double X, double Y);

/// <summary>Corners of a panel. The bounding box of a slanted panel also holds gutter and parts of its neighbours.</summary>
internal static class PanelOutline
{
    /// <summary>Whether corners are clockwise and convex, within the tolerance for rounded coordinates.</summary>
    public static bool IsConvexClockwise(IReadOnlyList<PagePoint> corners)
    {
        for (var i = 0; i < corners.Count; i++)
        {
            PagePoint a = corners[i], b = corners[(i + 1) % corners.Count], c = corners[(i + 2) % corners.Count];
            if (GetCross(a, b, c) < -ConvexTolerance * GetDistance(a, b) * GetDistance(b, c))
                return false;
        }

        return GetArea(corners) > 0;
    }

    /// <summary>Traces the convex hull of a region inside a box and drops corners that lie almost on a straight side.</summary>
    /// <param name="left">Left side of the box in the region's own coordinates.</param>
    /// <param name="top">Top side of the box in the region's own coordinates.</param>
    /// <returns>Corners, clockwise in page pixels.</returns>
    public static IReadOnlyList<PagePoint> TraceRegion(Region region, int left, int top, int width, int height)
    {
        var points = new List<PagePoint>(4 * height);
        for (var y = top; y < top + height; y++)
        {
            var row = region.GetRow(y).Slice(left, width);
            int first = row.IndexOf((byte)1), last = row.LastIndexOf((byte)1) + 1;
            if (first >= 0)
                points.AddRange([new(first + left, y), new(last + left, y), new(first + left, y + 1), new(last + left, y + 1)]);
        }

        var corners = CreateHull(points);
        while (corners.Count > 4)
        {
            var (distance, flattest) = Enumerable.Range(0, corners.Count).Min(i => (
                GetDistanceFromLine(corners[i], corners[(i + corners.Count - 1) % corners.Count], corners[(i + 1) % corners.Count]), i));
            if (distance > StraightSide)
                break;
            corners.RemoveAt(flattest);
        }

        return [.. corners.Select(corner => new PagePoint(corner.X + region.X, corner.Y + region.Y))];
    }

    /// <summary>
    /// Moves the sides of a panel onto its frame lines on the whole page. Sides without a frame line stay. A panel that almost fills its
    /// box loses its outline.
    /// </summary>
    public static Panel FitToFrameLines(Panel panel, ReadOnlySpan<byte> grey, int width, int height, int stride)
    {
        if (panel.Outline is not { Count: > 2 } corners)
            return panel;

        var page = new PagePixels(grey, width, height, stride);
        var size = Math.Max(width, Math.Min(height, 2 * width));
        var (outwards, inwards) = ((int)Math.Max(2, OutwardSearch * size), (int)Math.Max(2, InwardSearch * size));
        var sides = new List<(PagePoint From, PagePoint To)>(corners.Count);
        for (var i = 0; i < corners.Count; i++)
        {
            // A short side is a clipped corner: the frame lines beside it meet there.
            var next = corners[(i + 1) % corners.Count];
            if (GetDistance(corners[i], next) > 2 * inwards)
                sides.Add(FitSide(page, corners[i], next, outwards, inwards));
        }

        if (sides.Count < 3)
            return panel with { Outline = null };
        var fitted = new PagePoint[sides.Count];
        for (var i = 0; i < fitted.Length; i++)
        {
            var corner = Intersect(sides[(i + fitted.Length - 1) % fitted.Length], sides[i], 4 * inwards);
            fitted[i] = new(Math.Clamp(corner.X, 0, width), Math.Clamp(corner.Y, 0, height));
        }

        int left = (int)Math.Round(fitted.Min(corner => corner.X)), top = (int)Math.Round(fitted.Min(corner => corner.Y));
        int right = (int)Math.Round(fitted.Max(corner => corner.X)), bottom = (int)Math.Round(fitted.Max(corner => corner.Y));
        if (right - left < 2 || bottom - top < 2 || !IsConvexClockwise(fitted))
            return panel with { Outline = null };
        return new Panel(left, top, right - left, bottom - top, panel.Confidence)
        {
            Outline = GetArea(fitted) < RectangleShare * (right - left) * (bottom - top) ? fitted : null,
        };
    }

    /// <summary>Finds the outermost dark line near a side. Each end is moved on its own. A side without a dark line stays.</summary>
    private static (PagePoint From, PagePoint To) FitSide(PagePixels page, PagePoint from, PagePoint to, int outwards, int inwards)
    {
        var length = Math.Max(1e-9, GetDistance(from, to));
        // Clockwise with y downwards: the inside is on the right.
        var inward = new PagePoint(-(to.Y - from.Y) / length, (to.X - from.X) / length);
        (double Share, int From, int To)? best = null;
        var step = Math.Max(1, inwards / OutlineSteps);
        for (var a = -outwards; a <= inwards; a += step)
        {
            for (var b = -outwards; b <= inwards; b += step)
            {
                var share = MeasureDarkShare(page, from, to, inward, a, b);
                if (share >= MinOutlineDark && (best is not { } found
                    || (a + b, -share).CompareTo((found.From + found.To, -found.Share)) < 0))
                    best = (share, a, b);
            }
        }

        // One pixel farther in, past the soft edge of the line.
        return best is { } frame ? (Move(from, inward, frame.From + 1), Move(to, inward, frame.To + 1)) : (from, to);
    }

    /// <summary>Measures the share of dark samples on a side whose ends are moved inwards by these numbers of pixels.</summary>
    private static double MeasureDarkShare(PagePixels page, PagePoint from, PagePoint to, PagePoint inward, int moveFrom, int moveTo)
    {
        var dark = 0;
        for (var n = 0; n < OutlineSamples; n++)
        {
            var t = OutlineMargin + ((1 - (2 * OutlineMargin)) * n / (OutlineSamples - 1));
            var move = moveFrom + ((moveTo - moveFrom) * t);
            var x = (int)(from.X + ((to.X - from.X) * t) + (inward.X * move));
            var y = (int)(from.Y + ((to.Y - from.Y) * t) + (inward.Y * move));
            if (page.IsDark(x, y))
                dark++;
        }

        return (double)dark / OutlineSamples;
    }

    private static PagePoint Move(PagePoint point, PagePoint direction, double distance) =>
        new(point.X + (direction.X * distance), point.Y + (direction.Y * distance));

    /// <summary>
    /// Intersects two lines. Nearly parallel lines meet far away: beyond the maximum distance, the point halfway between their ends is
    /// used.
    /// </summary>
    private static PagePoint Intersect((PagePoint From, PagePoint To) one, (PagePoint From, PagePoint To) other, double maxDistance)
    {
        var between = new PagePoint((one.To.X + other.From.X) / 2, (one.To.Y + other.From.Y) / 2);
        double ax = one.To.X - one.From.X, ay = one.To.Y - one.From.Y, bx = other.To.X - other.From.X, by = other.To.Y - other.From.Y;
        var cross = (ax * by) - (ay * bx);
        if (Math.Abs(cross) < 1e-9)
            return between;
        var t = (((other.From.X - one.From.X) * by) - ((other.From.Y - one.From.Y) * bx)) / cross;
        var meeting = new PagePoint(one.From.X + (t * ax), one.From.Y + (t * ay));
        return GetDistance(meeting, between) <= maxDistance ? meeting : between;
    }

    /// <summary>Creates the convex hull, clockwise on the page (Andrew's monotone chain).</summary>
    private static List<PagePoint> CreateHull(List<PagePoint> points)
    {
        points.Sort((a, b) => (a.X, a.Y).CompareTo((b.X, b.Y)));
        var hull = new List<PagePoint>();
        for (var pass = 0; pass < 2; pass++)
        {
            var start = hull.Count;
            foreach (var point in points)
            {
                while (hull.Count >= start + 2 && GetCross(hull[^2], hull[^1], point) <= 0)
                    hull.RemoveAt(hull.Count - 1);
                hull.Add(point);
            }

            hull.RemoveAt(hull.Count - 1);
            points.Reverse();
        }

        return hull;
    }

    private static double GetCross(PagePoint a, PagePoint b, PagePoint c) => ((b.X - a.X) * (c.Y - a.Y)) - ((b.Y - a.Y) * (c.X - a.X));

    /// <summary>Gets the distance of a point from the line through two others.</summary>
    private static double GetDistanceFromLine(PagePoint point, PagePoint from, PagePoint to) =>
        Math.Abs(GetCross(from, to, point)) / Math.Max(1e-9, GetDistance(from, to));

    private static double GetDistance(PagePoint from, PagePoint to) =>
        Math.Sqrt(((to.X - from.X) * (to.X - from.X)) + ((to.Y - from.Y) * (to.Y - from.Y)));

    /// <summary>Gets the area of a polygon by the shoelace formula, positive if its corners are clockwise.</summary>
    private static double GetArea(IReadOnlyList<PagePoint> corners) => Enumerable.Range(0, corners.Count).Sum(i =>
        (corners[i].X * corners[(i + 1) % corners.Count].Y) - (corners[(i + 1) % corners.Count].X * corners[i].Y)) / 2;

    /// <summary>Grey pixels of a page.</summary>
    private readonly ref struct PagePixels(ReadOnlySpan<byte> grey, int width, int height, int stride)
    {
        private readonly ReadOnlySpan<byte> _grey = grey;

        /// <summary>Whether a pixel lies on the page and is dark.</summary>
        public bool IsDark(int x, int y) => x >= 0 && y >= 0 && x < width && y < height && _grey[(y * stride) + x] < OutlineDark;
    }
}
