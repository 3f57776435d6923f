using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Camera;

/// <summary>Draws which pixels of a picture belong to a panel.</summary>
public static class PanelMask
{
    /// <summary>The mask of a panel that is made so large; null where all of its box is its own.</summary>
    public static byte[]? Of(Panel panel, int width, int height) => panel.Outline is not { } outline ? null : Draw(
        width, height, [.. outline.Select(corner => new PagePoint((corner.X - panel.X) * width / panel.Width, (corner.Y - panel.Y) * height / panel.Height))]);

    /// <summary>A mask of 8-bit values, row after row: 255 inside, 0 outside, and soft at the edge.</summary>
    /// <param name="corners">Clockwise, in pixels of the mask; convex.</param>
    public static byte[] Draw(int width, int height, IReadOnlyList<PagePoint> corners)
    {
        var mask = new byte[width * height];
        // Of each side: how far a pixel in column 0 lies inside, and by how much farther the next one does.
        var sides = new (double InX, double InY, double At)[corners.Count];
        for (var i = 0; i < sides.Length; i++)
        {
            var (from, to) = (corners[i], corners[(i + 1) % corners.Count]);
            var length = Math.Max(1e-9, Math.Sqrt(Math.Pow(to.X - from.X, 2) + Math.Pow(to.Y - from.Y, 2)));
            double inX = -(to.Y - from.Y) / length, inY = (to.X - from.X) / length;
            sides[i] = (inX, inY, -(inX * from.X) - (inY * from.Y));
        }

        for (var y = 0; y < height; y++)
        {
            var row = mask.AsSpan(y * width, width);
            var (outerFrom, outerTo) = Inside(sides, y + 0.5, -0.5, width);
            var (innerFrom, innerTo) = Inside(sides, y + 0.5, 0.5, width);
            if (innerFrom >= innerTo)
                innerFrom = innerTo = outerTo;
            for (var x = outerFrom; x < innerFrom; x++)
                row[x] = Edge(x + 0.5, y + 0.5);
            row[innerFrom..innerTo].Fill(255);
            for (var x = innerTo; x < outerTo; x++)
                row[x] = Edge(x + 0.5, y + 0.5);
        }

        return mask;

        byte Edge(double x, double y) => (byte)Math.Round(255 * Math.Clamp(sides.Min(side => (side.InX * x) + (side.InY * y) + side.At) + 0.5, 0, 1));
    }

    /// <summary>The columns of a row, from and up to, that lie inside all sides by at least so much.</summary>
    private static (int From, int To) Inside((double InX, double InY, double At)[] sides, double y, double by, int width)
    {
        double from = 0, to = width;
        foreach (var (inX, inY, at) in sides)
        {
            var rest = by - at - (inY * y);
            if (Math.Abs(inX) < 1e-9)
                to = rest > 0 ? -1 : to;
            else if (inX > 0)
                from = Math.Max(from, (rest / inX) - 0.5);
            else
                to = Math.Min(to, (rest / inX) + 0.5);
        }

        var end = (int)Math.Clamp(Math.Floor(to), 0, width);
        return ((int)Math.Clamp(Math.Ceiling(from), 0, end), end);
    }
}
