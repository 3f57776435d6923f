namespace MangaMotion.Comics.Camera;

/// <summary>One plane of a page: 8-bit values times 64, so that a sum of four weighted values keeps its fraction in 16 bits.</summary>
internal sealed class Plane
{
    public const int Shift = 6;

    /// <summary>Number of values that vector loads can read past the last pixel.</summary>
    private const int Guard = 64;

    public Plane(int width, int height)
    {
        Width = width;
        Height = height;
        // The filter reads four rows. Rows missing in a lower plane have weight 0 but are read.
        Values = new short[(width * Math.Max(4, height)) + Guard];
    }

    public int Width { get; }

    public int Height { get; }

    public short[] Values { get; }

    public static Plane FromBytes(ReadOnlySpan<byte> bytes, int width, int height)
    {
        var plane = new Plane(width, height);
        for (var i = 0; i < width * height; i++)
            plane.Values[i] = (short)(bytes[i] << Shift);
        return plane;
    }

    /// <summary>Creates the plane at half size. An odd last row or column is averaged with itself.</summary>
    public Plane Halve()
    {
        var half = new Plane((Width + 1) / 2, (Height + 1) / 2);
        for (var y = 0; y < half.Height; y++)
        {
            var upper = Values.AsSpan(2 * y * Width, Width);
            var lower = Values.AsSpan(Math.Min((2 * y) + 1, Height - 1) * Width, Width);
            var target = half.Values.AsSpan(y * half.Width, half.Width);
            for (var x = 0; x < target.Length; x++)
            {
                var right = Math.Min((2 * x) + 1, Width - 1);
                target[x] = (short)((upper[2 * x] + upper[right] + lower[2 * x] + lower[right] + 2) >> 2);
            }
        }

        return half;
    }
}

/// <summary>
/// Page prepared for the camera: planar YUV with 16-bit values, with half and quarter sizes created when needed. Thread-safe.
/// </summary>
public sealed class PagePlanes
{
    private readonly Lock _lock = new();
    private readonly List<Plane>[] _levels;

    /// <summary>Creates the page from 8-bit planes.</summary>
    /// <param name="yuv444">Planes Y, U and V, each <paramref name="width"/> × <paramref name="height"/> bytes (FFmpeg's yuv444p).</param>
    /// <exception cref="ArgumentException">The buffer is shorter than three planes.</exception>
    public PagePlanes(ReadOnlySpan<byte> yuv444, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        var area = checked(width * height);
        if (yuv444.Length / 3 < area)
        {
            throw new ArgumentException(
                $"A page of {width}x{height} needs {3L * area} bytes as yuv444p; the buffer holds {yuv444.Length}.", nameof(yuv444));
        }

        Width = width;
        Height = height;
        _levels = new List<Plane>[3];
        for (var plane = 0; plane < 3; plane++)
            _levels[plane] = [Plane.FromBytes(yuv444.Slice(plane * area, area), width, height)];
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Gets a plane at a reduced size.</summary>
    /// <param name="plane">0 for Y, 1 for U, 2 for V.</param>
    /// <param name="level">Number of halvings, 0 or more.</param>
    internal Plane GetPlane(int plane, int level)
    {
        lock (_lock)
        {
            var levels = _levels[plane];
            while (levels.Count <= level)
                levels.Add(levels[^1].Halve());
            return levels[level];
        }
    }
}
