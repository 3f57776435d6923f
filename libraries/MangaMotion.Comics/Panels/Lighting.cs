using static MangaMotion.Comics.Panels.PanelTuning;

namespace MangaMotion.Comics.Panels;

/// <summary>
/// Removes the shadow of a book's fold from a scan. The shadow would give its paper another grey than the rest of the page.
/// </summary>
internal static class Lighting
{
    /// <summary>Brightens columns of shaded paper to the page's paper level. Returns the same page if it has no shadow.</summary>
    public static GreyPlane RemoveFoldShadow(GreyPlane page)
    {
        var levels = MeasurePaperLevels(page);
        var bright = levels.Order().ElementAt((int)(PagePaperQuantile * levels.Length));
        if (bright < MinShadedPaper)
            return page;

        var gains = new float[page.Width];
        Array.Fill(gains, 1f);
        var shaded = false;
        for (var x = 0; x < levels.Length; x++)
        {
            var from = x;
            while (x < levels.Length && levels[x] < ShadedLevel * bright)
                x++;
            if (x == from || !IsShadow(levels, from, x, bright))
                continue;
            shaded = true;
            for (var i = from; i < x; i++)
                gains[i] = (float)bright / levels[i];
        }

        return shaded ? BrightenColumns(page, gains) : page;
    }

    private static GreyPlane BrightenColumns(GreyPlane page, float[] gains)
    {
        var pixels = new byte[page.Pixels.Length];
        for (var y = 0; y < page.Height; y++)
        {
            var row = page.GetRow(y);
            var target = pixels.AsSpan(y * page.Width, page.Width);
            for (var x = 0; x < row.Length; x++)
                target[x] = (byte)Math.Min(255, (row[x] * gains[x]) + 0.5f);
        }

        return new GreyPlane(page.Width, page.Height, pixels);
    }

    /// <summary>Whether a run of darker columns is a shadow: it changes gradually, where a drawing has steps.</summary>
    private static bool IsShadow(int[] levels, int from, int to, int bright)
    {
        var darkest = levels.AsSpan(from..to).ToArray().Min();
        if (darkest < DarkestShadow * bright)
            return false;
        var change = 0;
        for (var x = from; x < Math.Min(to + 1, levels.Length); x++)
            change = Math.Max(change, Math.Abs(levels[x] - levels[Math.Max(0, x - ShadowStep)]));
        return change <= MaxShadowChange * (bright - darkest);
    }

    /// <summary>Measures a high quantile of each column's grey levels, which is the level of its paper.</summary>
    private static int[] MeasurePaperLevels(GreyPlane page)
    {
        var histograms = new int[256 * page.Width];
        for (var y = 0; y < page.Height; y++)
        {
            var row = page.GetRow(y);
            for (var x = 0; x < row.Length; x++)
                histograms[(x * 256) + row[x]]++;
        }

        var levels = new int[page.Width];
        for (var x = 0; x < levels.Length; x++)
        {
            var (seen, level) = (0, 255);
            while ((seen += histograms[(x * 256) + level]) < (1 - ColumnPaperShare) * page.Height)
                level--;
            levels[x] = level;
        }

        return levels;
    }
}
