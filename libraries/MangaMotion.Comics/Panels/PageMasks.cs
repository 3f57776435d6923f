namespace MangaMotion.Comics.Panels;

/// <summary>What the pixels of a page may be. All masks have the page's size and hold 0 or 1.</summary>
internal sealed class PageMasks
{
    private const int EdgeHeight = 44;
    private const int InkLimit = 128;

    public PageMasks(GreyPlane page)
    {
        Width = page.Width;
        Height = page.Height;
        Papers = Paper.Candidates(page);
        Open = new byte[Area];
        foreach (var paper in Papers)
        {
            for (var i = 0; i < Open.Length; i++)
                Open[i] |= paper.Open[i];
        }

        EdgeAcross = Edges(page, Width);
        EdgeAlong = Edges(page, 1);
        InkAcross = Ink(page, Width);
        InkAlong = Ink(page, 1);
    }

    public int Width { get; }

    public int Height { get; }

    public int Area => Width * Height;

    public IReadOnlyList<Paper> Papers { get; }

    /// <summary>Open in any of the papers.</summary>
    public byte[] Open { get; }

    /// <summary>Pixels where the grey jumps between the rows above and below: frame lines and the borders of dark panels.</summary>
    public byte[] EdgeAcross { get; }

    /// <summary>Pixels where the grey jumps between the columns to the left and right.</summary>
    public byte[] EdgeAlong { get; }

    /// <summary>Dark pixels, spread by one row up and down, so that a thin line that is not quite level stays on one row.</summary>
    public byte[] InkAcross { get; }

    /// <summary>Dark pixels, spread by one column to the left and right.</summary>
    public byte[] InkAlong { get; }

    private static byte[] Edges(GreyPlane page, int step)
    {
        var pixels = page.Pixels;
        var edges = new byte[pixels.Length];
        for (var i = step; i < edges.Length - step; i++)
            edges[i] = Math.Abs(pixels[i + step] - pixels[i - step]) >= EdgeHeight ? (byte)1 : (byte)0;
        return edges;
    }

    private byte[] Ink(GreyPlane page, int step)
    {
        var spread = new byte[Area];
        for (var i = step; i < spread.Length - step; i++)
        {
            if (page.Pixels[i] < InkLimit && Open[i] == 0)
                spread[i] = spread[i - step] = spread[i + step] = 1;
        }

        return spread;
    }
}
