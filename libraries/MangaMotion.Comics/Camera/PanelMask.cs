using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Camera;

/// <summary>Draws the mask of a panel: which pixels of a picture belong to it.</summary>
public static class PanelMask
{
    /// <summary>Draws the mask of a panel scaled to a picture; null for a panel that fills its box.</summary>
    public static byte[]? DrawPanel(Panel panel, int width, int height)
    {
        return panel.Outline is { } outline ? DrawPolygon(width, height, [.. outline.Select(ScaleCorner)]) : null;

        PagePoint ScaleCorner(PagePoint corner) =>
            new((corner.X - panel.X) * width / panel.Width, (corner.Y - panel.Y) * height / panel.Height);
    }

    /// <summary>Draws a convex polygon: 8-bit values, row by row; 255 inside, 0 outside, and between them at the edges.</summary>
    /// <param name="corners">Corners, clockwise in pixels of the mask.</param>
    public static byte[] DrawPolygon(int width, int height, IReadOnlyList<PagePoint> corners)
    {
        var mask = new byte[width * height];
        var sides = new Side[corners.Count];
        for (var i = 0; i < sides.Length; i++)
        {
            var (from, to) = (corners[i], corners[(i + 1) % corners.Count]);
            var length = Math.Max(1e-9, Math.Sqrt(Math.Pow(to.X - from.X, 2) + Math.Pow(to.Y - from.Y, 2)));
            double inwardX = -(to.Y - from.Y) / length, inwardY = (to.X - from.X) / length;
            sides[i] = new(inwardX, inwardY, -(inwardX * from.X) - (inwardY * from.Y));
        }

        for (var y = 0; y < height; y++)
        {
            var row = mask.AsSpan(y * width, width);
            var (outerFrom, outerTo) = FindColumns(sides, y + 0.5, -0.5, width);
            var (innerFrom, innerTo) = FindColumns(sides, y + 0.5, 0.5, width);
            if (innerFrom >= innerTo)
                innerFrom = innerTo = outerTo;
            for (var x = outerFrom; x < innerFrom; x++)
                row[x] = CoverEdge(x + 0.5, y + 0.5);
            row[innerFrom..innerTo].Fill(255);
            for (var x = innerTo; x < outerTo; x++)
                row[x] = CoverEdge(x + 0.5, y + 0.5);
        }

        return mask;

        byte CoverEdge(double x, double y) => (byte)Math.Round(255 * Math.Clamp(sides.Min(side => side.GetDistance(x, y)) + 0.5, 0, 1));
    }

    /// <summary>Finds the columns of a row, the end exclusive, that lie inside all sides by at least this distance.</summary>
    private static (int From, int To) FindColumns(Side[] sides, double y, double distance, int width)
    {
        double from = 0, to = width;
        foreach (var side in sides)
        {
            var rest = distance - side.Offset - (side.InwardY * y);
            if (Math.Abs(side.InwardX) < 1e-9)
                to = rest > 0 ? -1 : to;
            else if (side.InwardX > 0)
                from = Math.Max(from, (rest / side.InwardX) - 0.5);
            else
                to = Math.Min(to, (rest / side.InwardX) + 0.5);
        }

        var end = (int)Math.Clamp(Math.Floor(to), 0, width);
        return ((int)Math.Clamp(Math.Ceiling(from), 0, end), end);
    }

    /// <summary>Side of a polygon as a line with a unit vector that points inwards.</summary>
    private readonly record struct Side(double InwardX, double InwardY, double Offset)
    {
        /// <summary>Gets the distance of a point from the side, positive inside.</summary>
        public double GetDistance(double x, double y) => (InwardX * x) + (InwardY * y) + Offset;
    }
}
