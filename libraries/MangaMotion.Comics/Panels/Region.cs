using System.Numerics;

namespace MangaMotion.Comics.Panels;

/// <summary>A convex part of the page: its bounding box, and which pixels of that box belong to it (0 or 1).</summary>
internal sealed class Region(int x, int y, int width, int height, byte[] inside)
{
    public int X { get; } = x;

    public int Y { get; } = y;

    public int Width { get; } = width;

    public int Height { get; } = height;

    public int Area { get; } = Count(inside);

    public ReadOnlySpan<byte> Row(int row) => inside.AsSpan(row * Width, Width);

    public static Region Whole(int width, int height)
    {
        var inside = new byte[width * height];
        Array.Fill(inside, (byte)1);
        return new Region(0, 0, width, height, inside);
    }

    /// <summary>The part of this region in a smaller box, given in the region's own coordinates.</summary>
    public Region Crop(int left, int top, int width, int height)
    {
        var part = new byte[width * height];
        for (var row = 0; row < height; row++)
            Row(top + row).Slice(left, width).CopyTo(part.AsSpan(row * width));
        return new Region(X + left, Y + top, width, height, part);
    }

    /// <summary>The two sides of a cut, above/left first; the gutter itself belongs to neither. A side may be null when nothing is left of it.</summary>
    public (Region? Before, Region? After) Split(Cut cut)
    {
        var before = new byte[Width * Height];
        var after = new byte[Width * Height];
        for (var row = 0; row < Height; row++)
        {
            // Where this row meets the cut's two sides; between them lies the gutter.
            var source = Row(row);
            var (first, last) = Crossing(cut, row);
            var (low, high) = cut.Axis == Axis.Horizontal && cut.Slope > 0 ? (after, before) : (before, after);
            source[..first].CopyTo(low.AsSpan(row * Width));
            source[last..].CopyTo(high.AsSpan((row * Width) + last));
        }

        return (Fit(before), Fit(after));
    }

    /// <summary>The columns of a row that lie between the two sides of a cut.</summary>
    private (int First, int Last) Crossing(Cut cut, int row)
    {
        if (cut.Axis == Axis.Vertical)
        {
            var shift = cut.Slope * (row - (Height / 2.0));
            return (Inside(Math.Ceiling(cut.Start + shift)), Inside(Math.Floor(cut.End + shift) + 1));
        }

        if (cut.Slope == 0)
            return row < cut.Start ? (Width, Width) : row > cut.End ? (0, 0) : (0, Width);

        double start = ((row - cut.Start) / cut.Slope) + (Width / 2.0), end = ((row - cut.End) / cut.Slope) + (Width / 2.0);
        return cut.Slope > 0 ? (Inside(Math.Ceiling(end)), Inside(Math.Floor(start) + 1)) : (Inside(Math.Ceiling(start)), Inside(Math.Floor(end) + 1));

        int Inside(double column) => (int)Math.Clamp(column, 0, Width);
    }

    /// <summary>How many pixels of a page-sized mask lie in the region's row.</summary>
    public int CountRow(byte[] mask, int pageWidth, int row) => Dot(Row(row), mask.AsSpan(((Y + row) * pageWidth) + X, Width));

    private Region? Fit(byte[] part)
    {
        int top = Height, bottom = -1, left = Width, right = -1;
        for (var row = 0; row < Height; row++)
        {
            var line = part.AsSpan(row * Width, Width);
            var first = line.IndexOf((byte)1);
            if (first < 0)
                continue;
            top = Math.Min(top, row);
            bottom = row;
            left = Math.Min(left, first);
            right = Math.Max(right, line.LastIndexOf((byte)1));
        }

        return bottom < 0 ? null : new Region(X, Y, Width, Height, part).Crop(left, top, right - left + 1, bottom - top + 1);
    }

    private static int Count(byte[] mask) => Dot(mask, mask);

    private static int Dot(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var sum = 0;
        var i = 0;
        while (i <= a.Length - Vector<byte>.Count)
        {
            // A lane holds at most 255 ones; widen before it overflows.
            var lanes = Vector<byte>.Zero;
            for (var n = 0; n < 255 && i <= a.Length - Vector<byte>.Count; n++, i += Vector<byte>.Count)
                lanes += new Vector<byte>(a[i..]) & new Vector<byte>(b[i..]);
            Vector.Widen(lanes, out var low, out var high);
            sum += Vector.Sum(low + high);
        }

        for (; i < a.Length; i++)
            sum += a[i] & b[i];
        return sum;
    }
}
