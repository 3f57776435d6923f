namespace MangaMotion.Comics.Panels;

/// <summary>Takes out the shadow that the fold of a book throws over a scan, which would make its paper another grey than the page's.</summary>
internal static class Lighting
{
    /// <summary>Of a column's pixels this share is no brighter than its paper.</summary>
    private const double PaperShare = 0.97;
    private const int BrightPaper = 170;
    private const double Shaded = 0.965;
    private const double Darkest = 0.4;

    /// <summary>Between columns this far apart a shadow gains no more of its depth; a drawing does.</summary>
    private const int Step = 3;
    private const double MostChange = 0.35;

    /// <summary>The page with columns of shaded paper made as bright as the rest; the page itself where there are none.</summary>
    public static GreyPlane Even(GreyPlane page)
    {
        var light = Papers(page);
        var bright = light.Order().ElementAt((int)(0.8 * light.Length));
        if (bright < BrightPaper)
            return page;

        var gains = new float[page.Width];
        Array.Fill(gains, 1f);
        var any = false;
        for (var x = 0; x < light.Length;)
        {
            var from = x;
            while (x < light.Length && light[x] < Shaded * bright)
                x++;
            if (x > from && IsShadow(light, from, x, bright))
            {
                any = true;
                for (var i = from; i < x; i++)
                    gains[i] = (float)bright / light[i];
            }

            x++;
        }

        if (!any)
            return page;
        var even = new byte[page.Pixels.Length];
        for (var y = 0; y < page.Height; y++)
        {
            var row = page.Row(y);
            var target = even.AsSpan(y * page.Width, page.Width);
            for (var x = 0; x < row.Length; x++)
                target[x] = (byte)Math.Min(255, (row[x] * gains[x]) + 0.5f);
        }

        return new GreyPlane(page.Width, page.Height, even);
    }

    private static bool IsShadow(int[] light, int from, int to, int bright)
    {
        var darkest = light.AsSpan(from..to).ToArray().Min();
        if (darkest < Darkest * bright)
            return false;
        var change = 0;
        for (var x = from; x < to + (to < light.Length ? 1 : 0); x++)
            change = Math.Max(change, Math.Abs(light[x] - light[Math.Max(0, x - Step)]));
        return change <= MostChange * (bright - darkest);
    }

    /// <summary>The bright end of each column's histogram, without the outliers of single columns.</summary>
    private static int[] Papers(GreyPlane page)
    {
        var histograms = new int[256 * page.Width];
        for (var y = 0; y < page.Height; y++)
        {
            var row = page.Row(y);
            for (var x = 0; x < row.Length; x++)
                histograms[(x * 256) + row[x]]++;
        }

        var papers = new int[page.Width];
        for (var x = 0; x < papers.Length; x++)
        {
            var (seen, level) = (0, 255);
            while ((seen += histograms[(x * 256) + level]) < (1 - PaperShare) * page.Height)
                level--;
            papers[x] = level;
        }

        return papers;
    }
}
