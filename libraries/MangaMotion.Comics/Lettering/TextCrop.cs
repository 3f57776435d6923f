using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Lettering;

/// <summary>Enlarged part of a page for text recognition: 8-bit grey pixels, row by row without gaps.</summary>
public sealed class TextCrop
{
    private const int InkLevel = 180;

    /// <summary>
    /// Size in pixels to which English letters are enlarged. Chosen by hand for tesseract; <c>TextBlocksTests</c> holds it.
    /// </summary>
    private const double GlyphSize = 60;
    private const double MaxScale = 4;

    /// <summary>Margin around a block, in letters: enough for the rims of letters, too little for the bubble's outline.</summary>
    private const double Margin = 0.5;

    private TextCrop(double left, double top, double scale, int width, int height, byte[] pixels)
    {
        Left = left;
        Top = top;
        Scale = scale;
        Width = width;
        Height = height;
        Pixels = pixels;
    }

    /// <summary>Left side of the crop in page pixels.</summary>
    public double Left { get; }

    /// <summary>Top side of the crop in page pixels.</summary>
    public double Top { get; }

    /// <summary>Pixels of the crop for one page pixel.</summary>
    public double Scale { get; }

    public int Width { get; }

    public int Height { get; }

    public byte[] Pixels { get; }

    /// <summary>Cuts a rectangle, clipped to the page, and enlarges it with the Catmull-Rom spline.</summary>
    /// <param name="grey">The page's pixels, row by row without gaps.</param>
    /// <param name="scale">Pixels of the crop for one page pixel, at least 1.</param>
    public static TextCrop CutRectangle(
        ReadOnlySpan<byte> grey, int width, int height, int x, int y, int cropWidth, int cropHeight, double scale)
    {
        int left = Math.Clamp(x, 0, width - 1), top = Math.Clamp(y, 0, height - 1);
        int right = Math.Clamp(x + cropWidth, left + 1, width), bottom = Math.Clamp(y + cropHeight, top + 1, height);
        int targetWidth = Math.Max(1, (int)((right - left) * scale)), targetHeight = Math.Max(1, (int)((bottom - top) * scale));
        var pixels = new byte[targetWidth * targetHeight];
        var columns = CreateTaps(left, right, targetWidth, scale);
        var rows = CreateTaps(top, bottom, targetHeight, scale);
        // The last four source rows, each enlarged once. Row n is at slot n modulo 4.
        var lines = new float[4 * targetWidth];
        Span<int> held = [-1, -1, -1, -1];
        for (var row = 0; row < targetHeight; row++)
        {
            var tap = rows[row];
            foreach (var source in (ReadOnlySpan<int>)[tap.A, tap.B, tap.C, tap.D])
            {
                if (held[source & 3] == source)
                    continue;
                held[source & 3] = source;
                StretchRow(grey.Slice(source * width, width), columns, lines.AsSpan((source & 3) * targetWidth, targetWidth));
            }

            ReadOnlySpan<float> a = GetLine(tap.A), b = GetLine(tap.B), c = GetLine(tap.C), d = GetLine(tap.D);
            for (var column = 0; column < targetWidth; column++)
            {
                var value = tap.Mix(a[column], b[column], c[column], d[column]);
                pixels[(row * targetWidth) + column] = (byte)Math.Clamp(value + 0.5f, 0, 255);
            }
        }

        return new TextCrop(left, top, scale, targetWidth, targetHeight, pixels);

        ReadOnlySpan<float> GetLine(int source) => lines.AsSpan((source & 3) * targetWidth, targetWidth);
    }

    /// <summary>Cuts a block with a margin, enlarges it for recognition and blanks the ink that runs off the crop.</summary>
    /// <param name="grey">The page's pixels, row by row without gaps.</param>
    /// <param name="glyphSize">Pixels of a letter in the crop. The crop is never smaller than the block.</param>
    public static TextCrop CutBlock(
        ReadOnlySpan<byte> grey, int width, int height, TextBlock block, double glyphSize = GlyphSize)
    {
        var margin = (int)Math.Ceiling(Margin * block.Glyph);
        var crop = CutRectangle(
            grey, width, height, block.X - margin, block.Y - margin, block.Width + (2 * margin), block.Height + (2 * margin),
            Math.Clamp(glyphSize / block.Glyph, 1, MaxScale));
        crop.BlankEdgeInk();
        return crop;
    }

    /// <summary>Moves the crop's place on the page. The pixels are shared.</summary>
    internal TextCrop MoveBy(double x, double y) => new(Left + x, Top + y, Scale, Width, Height, Pixels);

    /// <summary>Converts the place of a crop of a reduced page to the page. The pixels are shared.</summary>
    /// <param name="reduction">Pixels of the reduced page for one page pixel.</param>
    internal TextCrop ScaleToPage(double reduction) => new(Left / reduction, Top / reduction, Scale * reduction, Width, Height, Pixels);

    /// <summary>Blanks the part of the crop that shows a box of the page.</summary>
    public void BlankBox(Bubble box)
    {
        int left = ToCrop(box.X - Left, Width), right = ToCrop(box.X + box.Width - Left, Width);
        int top = ToCrop(box.Y - Top, Height), bottom = ToCrop(box.Y + box.Height - Top, Height);
        for (var row = top; row < bottom; row++)
            Pixels.AsSpan((row * Width) + left, right - left).Fill(255);

        int ToCrop(double distance, int size) => Math.Clamp((int)(distance * Scale), 0, size);
    }

    /// <summary>Blanks the pieces of ink that touch the crop's edge: outlines of bubbles and drawings beside the lettering.</summary>
    private void BlankEdgeInk()
    {
        var ink = InkBlobs.Find(new GreyPlane(Width, Height, Pixels), InkLevel);
        for (var at = 0; at < Pixels.Length; at++)
        {
            var blob = ink.FindAt(at);
            if (blob >= 0 && TouchesEdge(ink.Blobs[blob]))
                Pixels[at] = 255;
        }

        bool TouchesEdge(Blob piece) => piece.Left == 0 || piece.Top == 0 || piece.Right == Width - 1 || piece.Bottom == Height - 1;
    }

    private static void StretchRow(ReadOnlySpan<byte> row, Tap[] taps, Span<float> line)
    {
        for (var i = 0; i < line.Length; i++)
        {
            ref readonly var tap = ref taps[i];
            line[i] = tap.Mix(row[tap.A], row[tap.B], row[tap.C], row[tap.D]);
        }
    }

    /// <summary>Lists the four source pixels and Catmull-Rom weights of each target pixel.</summary>
    private static Tap[] CreateTaps(int from, int to, int count, double scale)
    {
        var taps = new Tap[count];
        for (var i = 0; i < count; i++)
        {
            var centre = from + ((i + 0.5) / scale) - 0.5;
            var whole = (int)Math.Floor(centre);
            var t = (float)(centre - whole);
            taps[i] = new Tap(Clamp(whole - 1), Clamp(whole), Clamp(whole + 1), Clamp(whole + 2))
            {
                WeightA = ((((-0.5f * t) + 1) * t) - 0.5f) * t,
                WeightB = (((1.5f * t) - 2.5f) * t * t) + 1,
                WeightC = ((((-1.5f * t) + 2) * t) + 0.5f) * t,
                WeightD = ((0.5f * t) - 0.5f) * t * t,
            };
        }

        return taps;

        int Clamp(int pixel) => Math.Clamp(pixel, from, to - 1);
    }

    /// <summary>Four source positions and their weights.</summary>
    private readonly record struct Tap(int A, int B, int C, int D)
    {
        public float WeightA { get; init; }

        public float WeightB { get; init; }

        public float WeightC { get; init; }

        public float WeightD { get; init; }

        public float Mix(float a, float b, float c, float d) => (WeightA * a) + (WeightB * b) + (WeightC * c) + (WeightD * d);
    }
}
