using System.Numerics;
using System.Runtime.InteropServices;

namespace MangaMotion.Comics.Panels;

/// <summary>The way a gutter runs.</summary>
internal enum Axis
{
    Horizontal,
    Vertical,
}

/// <summary>
/// Counts the pixels of a mask along slanted lines of a region. The region is folded once into strips a few pixels wide, each
/// contiguous across the lines, so that a slope costs one vector addition a strip, at the offset where the line crosses it.
/// </summary>
internal sealed class LineSums
{
    private readonly byte[] _strips;
    private readonly int _pitch;

    public LineSums(Region region, byte[]? mask, int pageWidth, Axis axis)
    {
        Length = axis == Axis.Horizontal ? region.Width : region.Height;
        Depth = axis == Axis.Horizontal ? region.Height : region.Width;
        _pitch = Length < 200 ? 2 : 4;
        StripCount = (Length + _pitch - 1) / _pitch;
        _strips = new byte[StripCount * Depth];

        var buffer = new byte[region.Width];
        for (var row = 0; row < region.Height; row++)
        {
            ReadOnlySpan<byte> line = region.Row(row);
            if (mask is not null)
            {
                And(line, mask.AsSpan(((region.Y + row) * pageWidth) + region.X, region.Width), buffer);
                line = buffer;
            }

            if (axis == Axis.Vertical)
            {
                Add(line, _strips.AsSpan(row / _pitch * Depth, Depth));
                continue;
            }

            Fold(line, row);
        }
    }

    /// <summary>Adds up the pixels of a row that lie in one strip.</summary>
    private void Fold(ReadOnlySpan<byte> line, int row)
    {
        var at = row;
        if (_pitch == 4)
        {
            // The product's highest byte is the sum of the four.
            foreach (var four in MemoryMarshal.Cast<byte, uint>(line))
            {
                _strips[at] = (byte)((four * 0x01010101u) >> 24);
                at += Depth;
            }
        }
        else
        {
            foreach (var two in MemoryMarshal.Cast<byte, ushort>(line))
            {
                _strips[at] = (byte)(two + (two >> 8));
                at += Depth;
            }
        }

        for (var x = line.Length / _pitch * _pitch; x < line.Length; x++)
            _strips[at] += line[x];
    }

    /// <summary>Pixels along a line.</summary>
    public int Length { get; }

    /// <summary>Pixels across the lines.</summary>
    public int Depth { get; }

    public int StripCount { get; }

    /// <summary>Lines of this slope start this many pixels before the region (and end as many after it).</summary>
    public int Padding(double slope) => slope == 0 ? 0 : (int)(Math.Abs(slope) * Length / 2) + 3;

    /// <summary>Pixels on each line; index <c>line + Padding(slope)</c>. The target must hold <c>Depth + 2·Padding</c> values.</summary>
    public void Sum(double slope, Span<ushort> target)
    {
        target.Clear();
        for (var strip = 0; strip < StripCount; strip++)
            AddWide(_strips.AsSpan(strip * Depth, Depth), target[(Padding(slope) - Shift(slope, strip))..]);
    }

    /// <summary>Pixels in one strip where a line (indexed as in <see cref="Sum"/>) crosses it.</summary>
    public int At(double slope, int line, int strip)
    {
        var across = line - Padding(slope) + Shift(slope, strip);
        return across < 0 || across >= Depth ? 0 : _strips[(strip * Depth) + across];
    }

    private int Shift(double slope, int strip) => (int)Math.Round(slope * (((strip + 0.5) * _pitch) - (Length / 2.0)));

    private static void And(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> target)
    {
        var i = 0;
        for (; i <= a.Length - Vector<byte>.Count; i += Vector<byte>.Count)
            (new Vector<byte>(a[i..]) & new Vector<byte>(b[i..])).CopyTo(target[i..]);
        for (; i < a.Length; i++)
            target[i] = (byte)(a[i] & b[i]);
    }

    private static void Add(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var i = 0;
        for (; i <= source.Length - Vector<byte>.Count; i += Vector<byte>.Count)
            (new Vector<byte>(source[i..]) + new Vector<byte>(target[i..])).CopyTo(target[i..]);
        for (; i < source.Length; i++)
            target[i] += source[i];
    }

    private static void AddWide(ReadOnlySpan<byte> source, Span<ushort> target)
    {
        var i = 0;
        for (; i <= source.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(source[i..]), out var low, out var high);
            (low + new Vector<ushort>(target[i..])).CopyTo(target[i..]);
            (high + new Vector<ushort>(target[(i + Vector<ushort>.Count)..])).CopyTo(target[(i + Vector<ushort>.Count)..]);
        }

        for (; i < source.Length; i++)
            target[i] += source[i];
    }
}
