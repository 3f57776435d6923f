using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Lettering;

/// <summary>A part of a page, enlarged for reading: 8-bit grey pixels, row after row without gaps.</summary>
public sealed class TextCrop
{
    private const int Ink = 180;

    /// <summary>Margin around a block, in letters: enough for the rims of letters, too little for the bubble's outline.</summary>
    private const double Margin = 0.5;
    private const double MostScale = 4;

    private TextCrop(double left, double top, double scale, int width, int height, byte[] pixels) =>
        (Left, Top, Scale, Width, Height, Pixels) = (left, top, scale, width, height, pixels);

    /// <summary>Where the crop begins, in pixels of the page.</summary>
    public double Left { get; }

    public double Top { get; }

    /// <summary>Pixels of the crop for one of the page.</summary>
    public double Scale { get; }

    public int Width { get; }

    public int Height { get; }

    public byte[] Pixels { get; }

    /// <summary>Cuts out a part of the page, which is cut to the page, and enlarges it.</summary>
    /// <param name="scale">1 or more.</param>
    public static TextCrop Cut(ReadOnlySpan<byte> grey, int width, int height, int x, int y, int cropWidth, int cropHeight, double scale)
    {
        int left = Math.Clamp(x, 0, width - 1), top = Math.Clamp(y, 0, height - 1);
        int right = Math.Clamp(x + cropWidth, left + 1, width), bottom = Math.Clamp(y + cropHeight, top + 1, height);
        int wide = Math.Max(1, (int)((right - left) * scale)), high = Math.Max(1, (int)((bottom - top) * scale));
        var pixels = new byte[wide * high];
        var columns = Taps(left, right, wide, scale);
        var rows = Taps(top, bottom, high, scale);
        var lines = new float[4 * wide];
        Span<int> held = [-1, -1, -1, -1];
        for (var row = 0; row < high; row++)
        {
            var (first, second, third, fourth, weights) = rows[row];
            // Four source rows, each enlarged once and kept as long as it is used.
            foreach (var source in (ReadOnlySpan<int>)[first, second, third, fourth])
            {
                if (held[source & 3] == source)
                    continue;
                held[source & 3] = source;
                Stretch(grey.Slice(source * width, width), columns, lines.AsSpan((source & 3) * wide, wide));
            }

            var (a, b, c, d) = ((first & 3) * wide, (second & 3) * wide, (third & 3) * wide, (fourth & 3) * wide);
            for (var column = 0; column < wide; column++)
            {
                var value = (weights.A * lines[a + column]) + (weights.B * lines[b + column]) + (weights.C * lines[c + column]) + (weights.D * lines[d + column]);
                pixels[(row * wide) + column] = (byte)Math.Clamp(value + 0.5f, 0, 255);
            }
        }

        return new TextCrop(left, top, scale, wide, high, pixels);
    }

    /// <summary>Cuts out a block with a margin and enlarges it, without what is drawn beside it.</summary>
    /// <param name="glyph">How large its letters are to become, in pixels.</param>
    public static TextCrop Of(ReadOnlySpan<byte> grey, int width, int height, TextBlock block, double glyph)
    {
        var margin = (int)Math.Ceiling(Margin * block.Glyph);
        return Cut(
            grey, width, height, block.X - margin, block.Y - margin, block.Width + (2 * margin), block.Height + (2 * margin),
            Math.Clamp(glyph / block.Glyph, 1, MostScale)).WithoutEdges();
    }

    internal TextCrop MovedBy(double x, double y) => new(Left + x, Top + y, Scale, Width, Height, Pixels);

    /// <summary>The same crop, of a page of which the one that it was cut out of is a smaller copy.</summary>
    /// <param name="shrink">Pixels of the copy for one of the page.</param>
    internal TextCrop OnPage(double shrink) => new(Left / shrink, Top / shrink, Scale * shrink, Width, Height, Pixels);

    /// <summary>Blanks a part of the page, where the crop holds it.</summary>
    public void Wipe(Bubble part)
    {
        int left = Inside(part.X - Left, Width), right = Inside(part.X + part.Width - Left, Width);
        int top = Inside(part.Y - Top, Height), bottom = Inside(part.Y + part.Height - Top, Height);
        for (var row = top; row < bottom; row++)
            Pixels.AsSpan((row * Width) + left, right - left).Fill(255);

        int Inside(double at, int size) => Math.Clamp((int)(at * Scale), 0, size);
    }

    /// <summary>Wipes out the ink that runs off the crop: bubbles' outlines and whatever is drawn beside the lettering.</summary>
    public TextCrop WithoutEdges()
    {
        var ink = InkBlobs.Find(new GreyPlane(Width, Height, Pixels), Ink);
        for (var at = 0; at < Pixels.Length; at++)
        {
            var blob = ink.At(at);
            if (blob >= 0 && ink.Blobs[blob] is var piece && (piece.Left == 0 || piece.Top == 0 || piece.Right == Width - 1 || piece.Bottom == Height - 1))
                Pixels[at] = 255;
        }

        return this;
    }

    private static void Stretch(ReadOnlySpan<byte> row, (int A, int B, int C, int D, (float A, float B, float C, float D) Weights)[] taps, Span<float> line)
    {
        for (var i = 0; i < line.Length; i++)
        {
            var (a, b, c, d, weights) = taps[i];
            line[i] = (weights.A * row[a]) + (weights.B * row[b]) + (weights.C * row[c]) + (weights.D * row[d]);
        }
    }

    /// <summary>Which four source pixels make up each target pixel, by Catmull and Rom's spline.</summary>
    private static (int A, int B, int C, int D, (float A, float B, float C, float D) Weights)[] Taps(int from, int to, int count, double scale)
    {
        var taps = new (int, int, int, int, (float, float, float, float))[count];
        for (var i = 0; i < count; i++)
        {
            var at = from + ((i + 0.5) / scale) - 0.5;
            var whole = (int)Math.Floor(at);
            var t = (float)(at - whole);
            taps[i] = (Inside(whole - 1), Inside(whole), Inside(whole + 1), Inside(whole + 2), (
                ((((-0.5f * t) + 1) * t) - 0.5f) * t,
                (((1.5f * t) - 2.5f) * t * t) + 1,
                ((((-1.5f * t) + 2) * t) + 0.5f) * t,
                ((0.5f * t) - 0.5f) * t * t));
        }

        return taps;

        int Inside(int pixel) => Math.Clamp(pixel, from, to - 1);
    }
}
