using System.Numerics;
using System.Runtime.InteropServices;

namespace MangaMotion.Comics.Panels;

/// <summary>
/// Counts the pixels of a mask along slanted lines of a region. The region is folded once into strips a few pixels wide that are contiguous
/// across the lines. A slope then costs one vector addition for each strip, at the offset where the line crosses it.
/// </summary>
internal sealed class LineSums
{
    private readonly byte[] _strips;
    private readonly int _pitch;

    /// <param name="mask">Page-sized mask of 0 and 1; null counts every pixel of the region.</param>
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
            ReadOnlySpan<byte> line = region.GetRow(row);
            if (mask is not null)
            {
                AndBytes(line, mask.AsSpan(((region.Y + row) * pageWidth) + region.X, region.Width), buffer);
                line = buffer;
            }

            if (axis == Axis.Vertical)
                AddBytes(line, _strips.AsSpan(row / _pitch * Depth, Depth));
            else
                FoldRow(line, row);
        }
    }

    /// <summary>Adds up the pixels of a row in each strip.</summary>
    private void FoldRow(ReadOnlySpan<byte> line, int row)
    {
        var at = row;
        if (_pitch == 4)
        {
            // The highest byte of the product is the sum of the four bytes.
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

    /// <summary>Length of a line in pixels.</summary>
    public int Length { get; }

    /// <summary>Number of horizontal or vertical lines in the region.</summary>
    public int Depth { get; }

    public int StripCount { get; }

    /// <summary>Gets the number of lines of this slope that lie partly before the region; the same number lies after it.</summary>
    public int GetPadding(double slope) => slope == 0 ? 0 : (int)(Math.Abs(slope) * Length / 2) + 3;

    /// <summary>Counts the pixels on each line of a slope. The first line is the first one of the padding.</summary>
    /// <param name="target">Receives <c>Depth + 2·GetPadding(slope)</c> counts.</param>
    public void SumLines(double slope, Span<ushort> target)
    {
        target.Clear();
        for (var strip = 0; strip < StripCount; strip++)
            AddBytes(_strips.AsSpan(strip * Depth, Depth), target[(GetPadding(slope) - GetShift(slope, strip))..]);
    }

    /// <summary>Counts the pixels of a line in one strip. The line is numbered as in <see cref="SumLines"/>.</summary>
    public int CountAt(double slope, int line, int strip)
    {
        var across = line - GetPadding(slope) + GetShift(slope, strip);
        return across < 0 || across >= Depth ? 0 : _strips[(strip * Depth) + across];
    }

    private int GetShift(double slope, int strip) => (int)Math.Round(slope * (((strip + 0.5) * _pitch) - (Length / 2.0)));

    private static void AndBytes(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> target)
    {
        var i = 0;
        for (; i <= a.Length - Vector<byte>.Count; i += Vector<byte>.Count)
            (new Vector<byte>(a[i..]) & new Vector<byte>(b[i..])).CopyTo(target[i..]);
        for (; i < a.Length; i++)
            target[i] = (byte)(a[i] & b[i]);
    }

    private static void AddBytes(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var i = 0;
        for (; i <= source.Length - Vector<byte>.Count; i += Vector<byte>.Count)
            (new Vector<byte>(source[i..]) + new Vector<byte>(target[i..])).CopyTo(target[i..]);
        for (; i < source.Length; i++)
            target[i] += source[i];
    }

    private static void AddBytes(ReadOnlySpan<byte> source, Span<ushort> target)
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
