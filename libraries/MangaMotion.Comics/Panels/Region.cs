using System.Numerics;

namespace MangaMotion.Comics.Panels;

/// <summary>Convex part of the page: a bounding box and the pixels of the box that belong to the part (0 or 1).</summary>
internal sealed class Region(int x, int y, int width, int height, byte[] inside)
{
    public int X { get; } = x;

    public int Y { get; } = y;

    public int Width { get; } = width;

    public int Height { get; } = height;

    /// <summary>Number of pixels that belong to the region.</summary>
    public int Area { get; } = CountCommon(inside, inside);

    public ReadOnlySpan<byte> GetRow(int row) => inside.AsSpan(row * Width, Width);

    public static Region CreateWholePage(int width, int height)
    {
        var inside = new byte[width * height];
        Array.Fill(inside, (byte)1);
        return new Region(0, 0, width, height, inside);
    }

    /// <summary>Copies the part of the region in a smaller box, given in the region's own coordinates.</summary>
    public Region Crop(int left, int top, int width, int height)
    {
        var part = new byte[width * height];
        for (var row = 0; row < height; row++)
            GetRow(top + row).Slice(left, width).CopyTo(part.AsSpan(row * width));
        return new Region(X + left, Y + top, width, height, part);
    }

    /// <summary>Splits the region at a cut and drops the pixels of the gutter. A side without pixels is null.</summary>
    /// <returns>The upper or left side first.</returns>
    public (Region? Before, Region? After) Split(Cut cut)
    {
        var before = new byte[Width * Height];
        var after = new byte[Width * Height];
        for (var row = 0; row < Height; row++)
        {
            var source = GetRow(row);
            var (first, last) = FindGutterColumns(cut, row);
            var (low, high) = cut.Axis == Axis.Horizontal && cut.Slope > 0 ? (after, before) : (before, after);
            source[..first].CopyTo(low.AsSpan(row * Width));
            source[last..].CopyTo(high.AsSpan((row * Width) + last));
        }

        return (CropToPixels(before), CropToPixels(after));
    }

    /// <summary>Finds the columns of a row that a cut covers; the end is exclusive.</summary>
    private (int First, int End) FindGutterColumns(Cut cut, int row)
    {
        if (cut.Axis == Axis.Vertical)
        {
            var shift = cut.Slope * (row - (Height / 2.0));
            return (Clamp(Math.Ceiling(cut.Start + shift)), Clamp(Math.Floor(cut.End + shift) + 1));
        }

        if (cut.Slope == 0 && row < cut.Start)
            return (Width, Width);
        if (cut.Slope == 0)
            return (0, row > cut.End ? 0 : Width);

        double start = ((row - cut.Start) / cut.Slope) + (Width / 2.0), end = ((row - cut.End) / cut.Slope) + (Width / 2.0);
        return (Clamp(Math.Ceiling(Math.Min(start, end))), Clamp(Math.Floor(Math.Max(start, end)) + 1));

        int Clamp(double column) => (int)Math.Clamp(column, 0, Width);
    }

    /// <summary>Counts the pixels of a page-sized mask in one row of the region.</summary>
    public int CountRow(byte[] mask, int pageWidth, int row) => CountCommon(GetRow(row), mask.AsSpan(((Y + row) * pageWidth) + X, Width));

    private Region? CropToPixels(byte[] part)
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

    /// <summary>Counts the positions where both masks are 1.</summary>
    private static int CountCommon(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var sum = 0;
        var i = 0;
        while (i <= a.Length - Vector<byte>.Count)
        {
            // A lane overflows after 255 ones, so the lanes are widened before that.
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
