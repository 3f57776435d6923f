using System.Numerics;
using System.Runtime.InteropServices;

namespace MangaMotion.Comics.Panels;

/// <summary>8-bit grey picture, row by row without gaps.</summary>
internal sealed class GreyPlane(int width, int height, byte[] pixels)
{
    public int Width { get; } = width;

    public int Height { get; } = height;

    public byte[] Pixels { get; } = pixels;

    public ReadOnlySpan<byte> GetRow(int y) => Pixels.AsSpan(y * Width, Width);

    /// <summary>Reduces a picture by area averaging. A picture of the target's size is copied.</summary>
    /// <param name="width">Width of the result, at most <paramref name="sourceWidth"/>.</param>
    /// <param name="height">Height of the result, at most <paramref name="sourceHeight"/>.</param>
    public static GreyPlane Shrink(ReadOnlySpan<byte> source, int sourceWidth, int sourceHeight, int stride, int width, int height)
    {
        var target = new byte[width * height];
        if (width == sourceWidth && height == sourceHeight)
        {
            for (var y = 0; y < height; y++)
                source.Slice(y * stride, width).CopyTo(target.AsSpan(y * width));
            return new GreyPlane(width, height, target);
        }

        var spans = CreateSpans(sourceWidth, width);
        var sums = new float[sourceWidth];
        var prefix = new float[sourceWidth + 1];
        var step = (double)sourceHeight / height;
        for (var y = 0; y < height; y++)
        {
            Array.Clear(sums);
            double top = y * step, bottom = Math.Min(sourceHeight, top + step);
            for (var row = (int)top; row < bottom; row++)
                AddScaled(source.Slice(row * stride, sourceWidth), (float)(Math.Min(bottom, row + 1) - Math.Max(top, row)), sums);

            var total = 0f;
            for (var x = 0; x < sourceWidth; x++)
                prefix[x + 1] = total += sums[x];

            var line = target.AsSpan(y * width, width);
            var norm = 1f / (float)((bottom - top) * sourceWidth / width);
            for (var x = 0; x < width; x++)
            {
                var (from, fromPart, to, toPart) = spans[x];
                var sum = prefix[to] - prefix[from] - (fromPart * sums[from]) + (to < sourceWidth ? toPart * sums[to] : 0);
                line[x] = (byte)Math.Clamp((sum * norm) + 0.5f, 0, 255);
            }
        }

        return new GreyPlane(width, height, target);
    }

    /// <summary>
    /// Lists the source columns of each target column. The parts are the shares of the end columns that lie outside and inside.
    /// </summary>
    private static (int From, float FromPart, int To, float ToPart)[] CreateSpans(int from, int to)
    {
        var spans = new (int, float, int, float)[to];
        for (var i = 0; i < to; i++)
        {
            double left = (double)i * from / to, right = (double)(i + 1) * from / to;
            int first = (int)left, last = Math.Min((int)right, from);
            spans[i] = (first, (float)(left - first), last, (float)(right - last));
        }

        return spans;
    }

    private static void AddScaled(ReadOnlySpan<byte> row, float weight, Span<float> sums)
    {
        var x = 0;
        var lanes = Vector<float>.Count;
        var scale = new Vector<float>(weight);
        for (; x <= row.Length - Vector<byte>.Count; x += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(row[x..]), out var low, out var high);
            Vector.Widen(low, out var a, out var b);
            Vector.Widen(high, out var c, out var d);
            var block = MemoryMarshal.Cast<float, Vector<float>>(sums.Slice(x, 4 * lanes));
            block[0] += scale * Vector.ConvertToSingle(Vector.AsVectorInt32(a));
            block[1] += scale * Vector.ConvertToSingle(Vector.AsVectorInt32(b));
            block[2] += scale * Vector.ConvertToSingle(Vector.AsVectorInt32(c));
            block[3] += scale * Vector.ConvertToSingle(Vector.AsVectorInt32(d));
        }

        for (; x < row.Length; x++)
            sums[x] += weight * row[x];
    }
}
