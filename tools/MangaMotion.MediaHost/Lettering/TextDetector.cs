namespace MangaMotion.MediaHost.Lettering;

/// <summary>Upright box in pixels of the page. Right and bottom are exclusive.</summary>
/// <param name="Certainty">Mean probability of its pixels to be lettering, 0 to 1.</param>
internal readonly record struct TextBox(double Left, double Top, double Right, double Bottom, double Certainty)
{
    public double Width => Right - Left;

    public double Height => Bottom - Top;
}

/// <summary>
/// Finds lines of lettering with the detector of PP-OCRv4: a map of the probability of each pixel to be inside a line, shrunk to the
/// line's core. Connected pixels are one line (Liao et al., "Real-time Scene Text Detection with Differentiable Binarization", 2020).
/// </summary>
internal sealed class TextDetector(string modelDirectory)
{
    public const string File = "ch_PP-OCRv4_det_infer.onnx";

    /// <summary>Sides of the network's input are multiples of this.</summary>
    private const int Multiple = 32;

    /// <summary>Length of a tile of a strip, in widths, and the part that it shares with the next one.</summary>
    private const double TileLength = 1.6, TileOverlap = 0.2;

    // The parameters of the detector's authors (tools/infer/utility.py of PaddleOCR).
    private const float PixelThreshold = 0.3f, Unclip = 1.5f;
    private const double BoxThreshold = 0.5;

    private const int MinSide = 3;
    private const int MaxBoxes = 1_000;

    private static readonly float[] Mean = [0.485f, 0.456f, 0.406f], Deviation = [0.229f, 0.224f, 0.225f];

    private readonly OnnxModel _model = OnnxModel.Load(modelDirectory, File);

    /// <summary>Finds the lines of a page, in no particular order.</summary>
    /// <param name="side">Pixels of the longer side of a page at the network; a long strip is read in tiles.</param>
    public IReadOnlyList<TextBox> Find(PagePixels page, int side)
    {
        var scale = Math.Min(2, side / Math.Min(Math.Max(page.Width, page.Height), TileLength * Math.Min(page.Width, page.Height)));
        var boxes = new List<TextBox>();
        foreach (var tile in CutTiles(page.Width, page.Height))
        {
            foreach (var box in FindIn(page, tile, scale))
            {
                var middle = page.Width < page.Height ? (box.Top + box.Bottom) / 2 : (box.Left + box.Right) / 2;
                if (middle >= tile.From && middle < tile.To && boxes.Count < MaxBoxes)
                    boxes.Add(box);
            }
        }

        return boxes;
    }

    private static int RoundUp(double side) => Math.Max(1, (int)Math.Ceiling((side / Multiple) - 0.25)) * Multiple;

    /// <summary>
    /// Cuts a long page into tiles that overlap. The boxes of half of each overlap are taken from either tile, so that no line is cut.
    /// </summary>
    private static IEnumerable<Tile> CutTiles(int width, int height)
    {
        var (isTall, longer) = (width < height, Math.Max(width, height));
        var length = (int)Math.Ceiling(TileLength * Math.Min(width, height));
        if (longer <= length * 1.25)
            length = longer;
        var overlap = (int)(length * TileOverlap);
        for (var start = 0; ; start += length - overlap)
        {
            var end = Math.Min(longer, start + length);
            var (from, to) = (start == 0 ? 0 : start + (overlap / 2), end == longer ? longer : end - (overlap / 2));
            yield return isTall ? new(0, start, width, end - start, from, to) : new(start, 0, end - start, height, from, to);
            if (end == longer)
                yield break;
        }
    }

    private List<TextBox> FindIn(PagePixels page, Tile tile, double scale)
    {
        int width = RoundUp(tile.Width * scale), height = RoundUp(tile.Height * scale), plane = width * height;
        var grey = page.Cut(tile.Left, tile.Top, tile.Left + tile.Width, tile.Top + tile.Height, width, height);
        var input = new float[3 * plane];
        for (var channel = 0; channel < 3; channel++)
        {
            for (var at = 0; at < plane; at++)
                input[(channel * plane) + at] = ((grey[at] / 255f) - Mean[channel]) / Deviation[channel];
        }

        var (values, _) = _model.Run(input, [1, 3, height, width]);
        double scaleX = (double)tile.Width / width, scaleY = (double)tile.Height / height;
        return FindBoxes(values, width, height).ConvertAll(box => new TextBox(
            tile.Left + (box.Left * scaleX),
            tile.Top + (box.Top * scaleY),
            tile.Left + (box.Right * scaleX),
            tile.Top + (box.Bottom * scaleY),
            box.Certainty));
    }

    private static List<TextBox> FindBoxes(float[] probabilities, int width, int height)
    {
        var boxes = new List<TextBox>();
        var seen = new bool[probabilities.Length];
        var queue = new Queue<int>();
        for (var start = 0; start < probabilities.Length; start++)
        {
            if (seen[start] || probabilities[start] < PixelThreshold)
                continue;
            int left = width, top = height, right = 0, bottom = 0;
            var (sum, count) = (0.0, 0);
            seen[start] = true;
            queue.Enqueue(start);
            while (queue.TryDequeue(out var at))
            {
                var (y, x) = Math.DivRem(at, width);
                (left, right) = (Math.Min(left, x), Math.Max(right, x + 1));
                (top, bottom) = (Math.Min(top, y), Math.Max(bottom, y + 1));
                sum += probabilities[at];
                count++;
                for (var row = Math.Max(0, y - 1); row <= Math.Min(height - 1, y + 1); row++)
                {
                    for (var column = Math.Max(0, x - 1); column <= Math.Min(width - 1, x + 1); column++)
                    {
                        var next = (row * width) + column;
                        if (!seen[next] && probabilities[next] >= PixelThreshold)
                        {
                            seen[next] = true;
                            queue.Enqueue(next);
                        }
                    }
                }
            }

            double boxWidth = right - left, boxHeight = bottom - top, certainty = sum / count;
            if (certainty < BoxThreshold || Math.Min(boxWidth, boxHeight) < MinSide)
                continue;
            // The core of a line grows back by its area over its perimeter.
            var margin = boxWidth * boxHeight * Unclip / (2 * (boxWidth + boxHeight));
            boxes.Add(new TextBox(
                Math.Max(0, left - margin), Math.Max(0, top - margin), Math.Min(width, right + margin), Math.Min(height, bottom + margin),
                certainty));
        }

        return boxes;
    }

    /// <summary>Part of a page in its pixels.</summary>
    /// <param name="From">Place along the longer side from which the tile's boxes count.</param>
    /// <param name="To">End of that part, exclusive.</param>
    private readonly record struct Tile(int Left, int Top, int Width, int Height, int From, int To);
}
