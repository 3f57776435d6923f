using static MangaMotion.Comics.Panels.PanelTuning;

namespace MangaMotion.Comics.Panels;

/// <summary>
/// One candidate for the paper between panels: the pixels of one grey range. A blank wall inside a closed frame is blank but not open,
/// which distinguishes it from a gutter. Both masks hold 0 or 1 for each page pixel.
/// </summary>
internal sealed class Paper
{
    private Paper(byte[] blank, byte[] open, double openShare)
    {
        Blank = blank;
        Open = open;
        OpenShare = openShare;
    }

    /// <summary>Pixels in the paper's grey range.</summary>
    public byte[] Blank { get; }

    /// <summary>Blank pixels that are connected to the page's border.</summary>
    public byte[] Open { get; }

    /// <summary>Share of the page that is open, 0 to 1.</summary>
    public double OpenShare { get; }

    /// <summary>Finds the plausible papers of a page: bright, dark, and the border's own grey if it is neither. At least one.</summary>
    /// <param name="closeFrameGaps">Whether paper behind gaps of one pixel counts as closed.</param>
    public static List<Paper> FindCandidates(GreyPlane page, bool closeFrameGaps)
    {
        var papers = new List<Paper>();
        foreach (var (low, high) in FindGreyRanges(page))
            AddPaper(page, low, high);
        if (papers.Max(paper => paper.MeasureBorderShare(page)) < ExplainedBorder)
        {
            // The grey of rough or screened paper only shows in the average of neighbouring pixels.
            var smooth = Smooth(page);
            var mode = FindMode(CountBorder(smooth), RoughModeRadius);
            AddPaper(smooth, mode - RoughPaperTolerance, mode + RoughPaperTolerance);
            if (papers.Count > 1 && papers[^1].MeasureBorderShare(page) < MinRoughBorder)
                papers.RemoveAt(papers.Count - 1);
        }

        // The bright paper comes first. It is kept if it is the only one, because the later steps need one.
        if (papers.Count > 1 && papers[0].OpenShare <= MinOpenPage)
            papers.RemoveAt(0);
        return papers;

        void AddPaper(GreyPlane source, int low, int high)
        {
            var blank = new byte[source.Pixels.Length];
            for (var i = 0; i < blank.Length; i++)
                blank[i] = source.Pixels[i] >= low && source.Pixels[i] <= high ? (byte)1 : (byte)0;
            var open = closeFrameGaps
                ? FloodFill.FillFromBorderThroughWidePassages(blank, page.Width, page.Height)
                : FloodFill.FillFromBorder(blank, page.Width, page.Height);
            var share = (double)open.AsSpan().Count((byte)1) / blank.Length;
            if (papers.Count == 0 || share > MinOpenPage)
                papers.Add(new Paper(blank, open, share));
        }
    }

    private static IEnumerable<(int Low, int High)> FindGreyRanges(GreyPlane page)
    {
        var all = new int[256];
        foreach (var value in page.Pixels)
            all[value]++;
        var border = CountBorder(page);
        var borderPixels = border.Sum();

        var bright = MinBrightPaper;
        for (var level = MinBrightPaper + 1; level < 256; level++)
        {
            if (all[level] > all[bright])
                bright = level;
        }

        yield return (bright - (bright >= CleanBrightPaper ? CleanPaperTolerance : BrightPaperTolerance), 255);

        if (CountLevels(border, 0, DarkBorderLevels - 1) > MinDarkBorder * borderPixels
            || CountLevels(all, 0, DarkPageLevels - 1) > MinDarkPage * page.Pixels.Length)
            yield return (0, MaxDarkPaper);

        var mode = FindMode(border, GreyModeRadius);
        if (mode is > MaxDarkPaper and < MaxGreyPaper
            && CountLevels(border, mode - GreyBorderRadius, mode + GreyBorderRadius) > MinGreyBorder * borderPixels)
            yield return (mode - GreyPaperTolerance, mode + GreyPaperTolerance);
    }

    /// <summary>Finds the level with the most pixels within a radius around it.</summary>
    private static int FindMode(int[] histogram, int radius)
    {
        int mode = 0, best = -1;
        for (var level = 0; level < 256; level++)
        {
            var count = CountLevels(histogram, level - radius, level + radius);
            if (count > best)
                (best, mode) = (count, level);
        }

        return mode;
    }

    /// <summary>Counts the pixels of a range of levels, both ends included, clipped to the histogram.</summary>
    private static int CountLevels(int[] histogram, int low, int high)
    {
        var sum = 0;
        for (var level = Math.Max(0, low); level <= Math.Min(255, high); level++)
            sum += histogram[level];
        return sum;
    }

    /// <summary>Measures the share of the page's outermost pixels that is open in this paper.</summary>
    private double MeasureBorderShare(GreyPlane page)
    {
        var open = 0;
        for (var x = 0; x < page.Width; x++)
            open += Open[x] + Open[Open.Length - 1 - x];
        for (var y = 0; y < page.Height; y++)
            open += Open[y * page.Width] + Open[((y + 1) * page.Width) - 1];
        return (double)open / (2 * (page.Width + page.Height));
    }

    /// <summary>Averages every pixel with its eight neighbours. The outermost rows stay as they are.</summary>
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

    /// <summary>Counts the grey levels of the page's border.</summary>
    private static int[] CountBorder(GreyPlane page)
    {
        var margin = Math.Max(2, (int)(BorderWidth * Math.Max(page.Width, page.Height)));
        margin = Math.Min(margin, Math.Min(page.Width, page.Height));
        var histogram = new int[256];
        for (var y = 0; y < page.Height; y++)
        {
            var row = page.GetRow(y);
            var whole = y < margin || y >= page.Height - margin;
            for (var x = 0; x < row.Length; x++)
            {
                if (!whole && x == margin && row.Length - margin > x)
                    x = row.Length - margin;
                histogram[row[x]]++;
            }
        }

        return histogram;
    }
}
