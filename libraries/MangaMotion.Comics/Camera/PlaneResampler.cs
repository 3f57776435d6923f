using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MangaMotion.Comics.Camera;

/// <summary>
/// Resamples one plane. Four source rows are mixed into one row, then each output pixel is mixed from four of its values.
/// </summary>
internal sealed class PlaneResampler(int width, int height, bool allowVectors)
{
    /// <summary>Fraction bits after the vertical pass. The high half of a product with a 14-bit weight loses one of the six bits.</summary>
    private const int RowShift = Plane.Shift - 1;
    private const int OutputShift = RowShift + FilterTaps.WeightBits;

    private readonly FilterTaps _columns = new(width);
    private readonly FilterTaps _rows = new(height);
    private readonly bool _vectors = allowVectors && Avx2.IsSupported;
    private short[] _row = [];

    /// <summary>Computes the filters for a window.</summary>
    /// <param name="window">Window in pixels of the plane.</param>
    /// <param name="phaseX">Horizontal place of a value in its output pixel: 0 is the left edge, 1 the right.</param>
    public void SetWindow(Plane plane, CameraWindow window, double phaseX)
    {
        _columns.SetWindow(window.X, window.Width / width, phaseX, plane.Width);
        _rows.SetWindow(window.Y, window.Height / height, 0.5, plane.Height);
    }

    /// <summary>Draws the window of a plane, row by row without gaps.</summary>
    public void Render(Plane plane, Span<byte> target)
    {
        var first = _columns.Starts[0];
        var length = _columns.Starts[^1] + FilterTaps.Count - first;
        if (_row.Length < length + Vector256<short>.Count)
            _row = new short[length + Vector256<short>.Count];

        for (var y = 0; y < height; y++)
        {
            var source = plane.Values.AsSpan((_rows.Starts[y] * plane.Width) + first);
            var weights = _rows.Weights.AsSpan(y * FilterTaps.Count, FilterTaps.Count);
            var line = target.Slice(y * width, width);
            if (_vectors)
            {
                MixRowsAvx2(source, plane.Width, weights, length);
                MixColumnsAvx2(first, line);
            }
            else
            {
                MixRows(source, plane.Width, weights, 0, length);
                MixColumns(first, line, 0);
            }
        }
    }

    private void MixRows(ReadOnlySpan<short> source, int stride, ReadOnlySpan<short> weights, int from, int length)
    {
        for (var x = from; x < length; x++)
        {
            var sum = 0;
            for (var k = 0; k < FilterTaps.Count; k++)
                sum += ((source[(k * stride) + x] * weights[k]) + 0x4000) >> 15;
            _row[x] = (short)sum;
        }
    }

    private void MixColumns(int first, Span<byte> line, int from)
    {
        var (starts, weights) = (_columns.Starts, _columns.Weights);
        for (var x = from; x < line.Length; x++)
        {
            var at = starts[x] - first;
            var sum = 1 << (OutputShift - 1);
            for (var k = 0; k < FilterTaps.Count; k++)
                sum += _row[at + k] * weights[(x * FilterTaps.Count) + k];
            line[x] = (byte)Math.Clamp(sum >> OutputShift, 0, 255);
        }
    }

    private void MixRowsAvx2(ReadOnlySpan<short> source, int stride, ReadOnlySpan<short> weights, int length)
    {
        Vector256<short> w0 = Vector256.Create(weights[0]), w1 = Vector256.Create(weights[1]);
        Vector256<short> w2 = Vector256.Create(weights[2]), w3 = Vector256.Create(weights[3]);
        ref var top = ref MemoryMarshal.GetReference(source);
        ref var row = ref MemoryMarshal.GetArrayDataReference(_row);
        // Reads and writes up to one vector past the end, within the plane's guard and the row's reserve.
        for (var x = 0; x < length; x += Vector256<short>.Count)
        {
            ref var at = ref Unsafe.Add(ref top, x);
            var upper = Avx2.Add(
                Avx2.MultiplyHighRoundScale(Vector256.LoadUnsafe(ref at), w0),
                Avx2.MultiplyHighRoundScale(Vector256.LoadUnsafe(ref at, (nuint)stride), w1));
            var lower = Avx2.Add(
                Avx2.MultiplyHighRoundScale(Vector256.LoadUnsafe(ref at, (nuint)(2 * stride)), w2),
                Avx2.MultiplyHighRoundScale(Vector256.LoadUnsafe(ref at, (nuint)(3 * stride)), w3));
            Avx2.Add(upper, lower).StoreUnsafe(ref row, (nuint)x);
        }
    }

    private void MixColumnsAvx2(int first, Span<byte> line)
    {
        ref var row = ref MemoryMarshal.GetArrayDataReference(_row);
        ref var starts = ref MemoryMarshal.GetArrayDataReference(_columns.Starts);
        ref var weights = ref MemoryMarshal.GetArrayDataReference(_columns.Weights);
        ref var target = ref MemoryMarshal.GetReference(line);
        var half = Vector256.Create(1 << (OutputShift - 1));
        var x = 0;
        for (; x <= line.Length - 8; x += 8)
        {
            ref var weight = ref Unsafe.Add(ref weights, x * FilterTaps.Count);
            // 32-bit sums of pairs for pixels 0 1 2 3 and 4 5 6 7. The horizontal addition orders them as 0 1 4 5 | 2 3 6 7.
            var left = Avx2.MultiplyAddAdjacent(LoadFourPixels(ref row, ref starts, x, first), Vector256.LoadUnsafe(ref weight));
            var right = Avx2.MultiplyAddAdjacent(LoadFourPixels(ref row, ref starts, x + 4, first), Vector256.LoadUnsafe(ref weight, 16));
            var sums = Avx2.ShiftRightArithmetic(Avx2.Add(Avx2.HorizontalAdd(left, right), half), OutputShift);
            var words = Avx2.PackSignedSaturate(sums, sums);
            var bytes = Avx2.PackUnsignedSaturate(words, words);
            // Each 128-bit half repeats its four bytes, 0 1 4 5 and 2 3 6 7, which are the 16-bit pairs 01 45 | 23 67.
            var pairs = bytes.AsUInt32();
            ulong low = pairs.GetElement(0), high = pairs.GetElement(4);
            var pixels = (low & 0xFFFF) | ((high & 0xFFFF) << 16) | ((low >> 16) << 32) | ((high >> 16) << 48);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, x), pixels);
        }

        MixColumns(first, line, x);
    }

    /// <summary>Loads the four source values of each of four neighbouring output pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> LoadFourPixels(ref short row, ref int starts, int x, int first) => Vector256.Create(
        LoadPixel(ref row, Unsafe.Add(ref starts, x) - first),
        LoadPixel(ref row, Unsafe.Add(ref starts, x + 1) - first),
        LoadPixel(ref row, Unsafe.Add(ref starts, x + 2) - first),
        LoadPixel(ref row, Unsafe.Add(ref starts, x + 3) - first)).AsInt16();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong LoadPixel(ref short row, int at) =>
        Unsafe.ReadUnaligned<ulong>(ref Unsafe.As<short, byte>(ref Unsafe.Add(ref row, at)));
}
