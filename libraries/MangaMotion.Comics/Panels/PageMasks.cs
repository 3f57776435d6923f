namespace MangaMotion.Comics.Panels;

/// <summary>What the pixels of a page may be. All masks have the page's size and hold 0 or 1.</summary>
internal sealed class PageMasks
{
    private const int EdgeHeight = 44;
    private const int InkLimit = 128;
    private const int ShortestRun = 8;

    private readonly GreyPlane _page;

    public PageMasks(GreyPlane page)
        : this(page, sealedFrames: false, Lines(Edges(page, page.Width), page, 1), Lines(Edges(page, 1), page, page.Width))
    {
    }

    /// <param name="sealedFrames">As for <see cref="Paper.Candidates"/>.</param>
    private PageMasks(GreyPlane page, bool sealedFrames, byte[] edgeAcross, byte[] edgeAlong)
    {
        _page = page;
        (EdgeAcross, EdgeAlong) = (edgeAcross, edgeAlong);
        Width = page.Width;
        Height = page.Height;
        Papers = Paper.Candidates(page, sealedFrames);
        Open = new byte[Area];
        foreach (var paper in Papers)
        {
            for (var i = 0; i < Open.Length; i++)
                Open[i] |= paper.Open[i];
        }

        WideAcross = Widen(Width);
        WideAlong = Widen(1);
        Dark = new byte[Area];
        for (var i = 0; i < Dark.Length; i++)
            Dark[i] = page.Pixels[i] < InkLimit && Open[i] == 0 ? (byte)1 : (byte)0;
        InkAcross = Ink(Width, Lines(Dark, page, 1));
        InkAlong = Ink(1, Lines(Dark, page, Width));
    }

    /// <summary>The same page, but paper is not open where it is reached through gaps of one pixel only.</summary>
    public PageMasks Sealed() => new(_page, sealedFrames: true, EdgeAcross, EdgeAlong);

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

    /// <summary>Open pixels, spread by two rows up and down, so that a narrow gutter between wavering frames has a straight line in it.</summary>
    public byte[] WideAcross { get; }

    /// <summary>Open pixels, spread by two columns to the left and right.</summary>
    public byte[] WideAlong { get; }

    /// <summary>Dark pixels that are not open.</summary>
    public byte[] Dark { get; }

    /// <summary>Dark runs, without the dots of screen tones, spread by two rows up and down, so that a thin line that wavers stays on one row.</summary>
    public byte[] InkAcross { get; }

    /// <summary>Dark runs, spread by two columns to the left and right.</summary>
    public byte[] InkAlong { get; }

    private static byte[] Edges(GreyPlane page, int step)
    {
        var pixels = page.Pixels;
        var edges = new byte[pixels.Length];
        for (var i = step; i < edges.Length - step; i++)
            edges[i] = Math.Abs(pixels[i + step] - pixels[i - step]) >= EdgeHeight ? (byte)1 : (byte)0;
        return edges;
    }

    private byte[] Widen(int step)
    {
        var wide = new byte[Area];
        for (var i = 2 * step; i < wide.Length - (2 * step); i++)
            wide[i] = (byte)(Open[i] | Open[i - step] | Open[i + step] | Open[i - (2 * step)] | Open[i + (2 * step)]);
        return wide;
    }

    /// <summary>What of a mask lies in straight runs of some length: the dots of a screen tone do not.</summary>
    /// <param name="step">From one pixel of a run to the next.</param>
    private static byte[] Lines(byte[] mask, GreyPlane page, int step)
    {
        var lines = new byte[mask.Length];
        var (rows, length, next) = step == 1 ? (page.Height, page.Width, page.Width) : (page.Width, page.Height, 1);
        for (var row = 0; row < rows; row++)
        {
            for (int i = 0, at = row * next; i < length;)
            {
                var from = at;
                var first = i;
                while (i < length && mask[at] != 0)
                    (i, at) = (i + 1, at + step);
                if (i - first >= ShortestRun)
                {
                    for (var p = from; p != at; p += step)
                        lines[p] = 1;
                }

                if (i == first)
                    (i, at) = (i + 1, at + step);
            }
        }

        return lines;
    }

    private byte[] Ink(int step, byte[] lines)
    {
        var spread = new byte[Area];
        for (var i = 2 * step; i < spread.Length - (2 * step); i++)
            spread[i] = (byte)(lines[i] | lines[i - step] | lines[i + step] | lines[i - (2 * step)] | lines[i + (2 * step)]);
        return spread;
    }
}
