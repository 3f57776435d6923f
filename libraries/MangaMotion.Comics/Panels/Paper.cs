namespace MangaMotion.Comics.Panels;

/// <summary>
/// What may lie between panels: pixels of one grey range (<see cref="Blank"/>), and those of them that are joined to the
/// page's border (<see cref="Open"/>). A blank wall inside a closed frame is blank and not open: that is what tells it from a gutter.
/// Both masks hold 0 or 1 a pixel.
/// </summary>
internal sealed class Paper
{
    private const int DarkLimit = 42;

    private Paper(byte[] blank, byte[] open, double openShare)
    {
        Blank = blank;
        Open = open;
        OpenShare = openShare;
    }

    public byte[] Blank { get; }

    public byte[] Open { get; }

    public double OpenShare { get; }

    /// <summary>The page's plausible papers: bright, dark, and the border's own grey where it is neither.</summary>
    /// <param name="sealedFrames">Whether paper is not open where it is reached through gaps of one pixel only.</param>
    public static List<Paper> Candidates(GreyPlane page, bool sealedFrames)
    {
        var papers = new List<Paper>();
        foreach (var (low, high) in Ranges(page))
            Add(page, low, high);
        if (papers.Max(paper => paper.BorderShare(page)) < 0.85)
        {
            // Rough or screened paper: its grey only shows when neighbours are averaged.
            var smooth = Smooth(page);
            var mode = Mode(BorderHistogram(smooth, out _), 8);
            Add(smooth, mode - 18, mode + 18);
            if (papers.Count > 1 && papers[^1].BorderShare(page) < 0.4)
                papers.RemoveAt(papers.Count - 1);
        }

        void Add(GreyPlane source, int low, int high)
        {
            var blank = new byte[source.Pixels.Length];
            for (var i = 0; i < blank.Length; i++)
                blank[i] = source.Pixels[i] >= low && source.Pixels[i] <= high ? (byte)1 : (byte)0;
            var open = sealedFrames ? Flood.FromBorderSealed(blank, page.Width, page.Height) : Flood.FromBorder(blank, page.Width, page.Height);
            var share = (double)open.AsSpan().Count((byte)1) / blank.Length;
            if (papers.Count == 0 || share > 0.004)
                papers.Add(new Paper(blank, open, share));
        }

        // The bright paper stays when nothing else is there, so that the later steps always have one.
        if (papers.Count > 1 && papers[0].OpenShare <= 0.004)
            papers.RemoveAt(0);
        return papers;
    }

    private static IEnumerable<(int Low, int High)> Ranges(GreyPlane page)
    {
        var all = new int[256];
        foreach (var value in page.Pixels)
            all[value]++;
        var border = BorderHistogram(page, out var borderPixels);

        var bright = 200;
        for (var level = 201; level < 256; level++)
        {
            if (all[level] > all[bright])
                bright = level;
        }

        yield return (bright >= 235 ? bright - 22 : bright - 26, 255);

        double darkPixels = Sum(all.AsSpan(0, 40)), darkBorder = Sum(border.AsSpan(0, 45));
        if (darkBorder > 0.02 * borderPixels || darkPixels > 0.01 * page.Pixels.Length)
            yield return (0, DarkLimit);

        var mode = Mode(border, 4);
        if (mode is > DarkLimit and < 226 && Sum(border.AsSpan(Math.Max(0, mode - 12)..Math.Min(256, mode + 13))) > 0.12 * borderPixels)
            yield return (mode - 14, mode + 14);
    }

    /// <summary>The level around which most of the histogram lies.</summary>
    private static int Mode(int[] histogram, int radius)
    {
        int mode = 0, best = -1;
        for (var level = 0; level < 256; level++)
        {
            var around = Sum(histogram.AsSpan(Math.Max(0, level - radius)..Math.Min(256, level + radius + 1)));
            if (around > best)
                (best, mode) = (around, level);
        }

        return mode;
    }

    /// <summary>The share of the page's outermost pixels that is this paper.</summary>
    private double BorderShare(GreyPlane page)
    {
        var open = 0;
        for (var x = 0; x < page.Width; x++)
            open += Open[x] + Open[Open.Length - 1 - x];
        for (var y = 0; y < page.Height; y++)
            open += Open[y * page.Width] + Open[((y + 1) * page.Width) - 1];
        return (double)open / (2 * (page.Width + page.Height));
    }

    /// <summary>The mean of every pixel and its eight neighbours; the outermost pixels stay.</summary>
    private static GreyPlane Smooth(GreyPlane page)
    {
        var (width, pixels) = (page.Width, page.Pixels);
        var smooth = (byte[])pixels.Clone();
        for (var i = width + 1; i < pixels.Length - width - 1; i++)
        {
            var sum = pixels[i - width - 1] + pixels[i - width] + pixels[i - width + 1] + pixels[i - 1] + pixels[i]
                + pixels[i + 1] + pixels[i + width - 1] + pixels[i + width] + pixels[i + width + 1];
            smooth[i] = (byte)((sum + 4) / 9);
        }

        return new GreyPlane(width, page.Height, smooth);
    }

    private static int[] BorderHistogram(GreyPlane page, out int count)
    {
        var margin = Math.Min(Math.Max(2, (int)(0.012 * Math.Max(page.Width, page.Height))), Math.Min(page.Width, page.Height));
        var histogram = new int[256];
        count = 0;
        for (var y = 0; y < page.Height; y++)
        {
            var row = page.Row(y);
            var whole = y < margin || y >= page.Height - margin;
            for (var x = 0; x < row.Length; x++)
            {
                if (!whole && x == margin && row.Length - margin > x)
                    x = row.Length - margin;
                histogram[row[x]]++;
                count++;
            }
        }

        return histogram;
    }

    private static int Sum(ReadOnlySpan<int> values)
    {
        var sum = 0;
        foreach (var value in values)
            sum += value;
        return sum;
    }
}
