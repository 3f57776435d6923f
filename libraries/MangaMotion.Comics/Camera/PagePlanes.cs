namespace MangaMotion.Comics.Camera;

/// <summary>One plane of a page: 8-bit values times 64, so that sums of four weighted ones keep their fractions in 16 bits.</summary>
internal sealed class Plane
{
    public const int Shift = 6;

    /// <summary>Values that vector loads may read past the last pixel.</summary>
    private const int Guard = 64;

    public Plane(int width, int height)
    {
        Width = width;
        Height = height;
        // A filter reads four rows; those a lower plane lacks have no weight, but must be there.
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

    /// <summary>The plane at half its size; an odd last row or column is averaged with itself.</summary>
    public Plane Half()
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

/// <summary>A page ready for the camera: planar YUV with 16-bit values and, as far as needed, at half, quarter… size. Safe to share between threads.</summary>
public sealed class PagePlanes
{
    private readonly Lock _lock = new();
    private readonly List<Plane>[] _levels;

    /// <param name="yuv444">Three planes of 8-bit values, Y, U and V, each <paramref name="width"/> × <paramref name="height"/> (ffmpeg's rawvideo yuv444p).</param>
    /// <exception cref="ArgumentException">The buffer is shorter than three planes.</exception>
    public PagePlanes(ReadOnlySpan<byte> yuv444, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        var area = checked(width * height);
        if (yuv444.Length / 3 < area)
            throw new ArgumentException($"A page of {width}x{height} needs {3L * area} bytes as yuv444p; the buffer holds {yuv444.Length}.", nameof(yuv444));

        Width = width;
        Height = height;
        _levels = new List<Plane>[3];
        for (var plane = 0; plane < 3; plane++)
            _levels[plane] = [Plane.FromBytes(yuv444.Slice(plane * area, area), width, height)];
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Plane 0 (Y), 1 (U) or 2 (V), halved <paramref name="level"/> times.</summary>
    internal Plane At(int plane, int level)
    {
        lock (_lock)
        {
            var levels = _levels[plane];
            while (levels.Count <= level)
                levels.Add(levels[^1].Half());
            return levels[level];
        }
    }
}
