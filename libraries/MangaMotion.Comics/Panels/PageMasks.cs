using static MangaMotion.Comics.Panels.PanelTuning;

namespace MangaMotion.Comics.Panels;

/// <summary>Masks of one page for the gutter search. Every mask has the page's size and holds 0 or 1 for each pixel.</summary>
/// <remarks>"Across" masks serve horizontal gutters, "along" masks vertical ones.</remarks>
internal sealed class PageMasks
{
    /// <summary>
    /// Pixels by which runs and open paper are widened on both sides, so that an uneven line still has one straight line in it.
    /// </summary>
    public const int SpreadWidth = 2;

    private readonly GreyPlane _page;

    public PageMasks(GreyPlane page)
        : this(page, closeFrameGaps: false, KeepRuns(FindEdges(page, page.Width), page, 1), KeepRuns(FindEdges(page, 1), page, page.Width))
    {
    }

    private PageMasks(GreyPlane page, bool closeFrameGaps, byte[] edgesAcross, byte[] edgesAlong)
    {
        _page = page;
        (EdgesAcross, EdgesAlong) = (edgesAcross, edgesAlong);
        (Width, Height) = (page.Width, page.Height);
        Papers = Paper.FindCandidates(page, closeFrameGaps);
        Open = new byte[Area];
        foreach (var paper in Papers)
        {
            for (var i = 0; i < Open.Length; i++)
                Open[i] |= paper.Open[i];
        }

        WideOpenAcross = Spread(Open, Width);
        WideOpenAlong = Spread(Open, 1);
        Dark = new byte[Area];
        for (var i = 0; i < Dark.Length; i++)
            Dark[i] = page.Pixels[i] < InkLevel && Open[i] == 0 ? (byte)1 : (byte)0;
        InkRunsAcross = Spread(KeepRuns(Dark, page, 1), Width);
        InkRunsAlong = Spread(KeepRuns(Dark, page, Width), 1);
    }

    /// <summary>Creates the masks of the same page with paper behind gaps of one pixel counted as closed.</summary>
    public PageMasks CloseFrameGaps() => new(_page, closeFrameGaps: true, EdgesAcross, EdgesAlong);

    public int Width { get; }

    public int Height { get; }

    public int Area => Width * Height;

    public IReadOnlyList<Paper> Papers { get; }

    /// <summary>Pixels that are open in any paper.</summary>
    public byte[] Open { get; }

    /// <summary>Horizontal runs where the grey jumps between the rows above and below: frame lines and the sides of dark panels.</summary>
    public byte[] EdgesAcross { get; }

    /// <summary>Vertical runs where the grey jumps between the columns to the left and right.</summary>
    public byte[] EdgesAlong { get; }

    /// <summary>Open pixels, widened up and down.</summary>
    public byte[] WideOpenAcross { get; }

    /// <summary>Open pixels, widened to the left and right.</summary>
    public byte[] WideOpenAlong { get; }

    /// <summary>Dark pixels that are not open.</summary>
    public byte[] Dark { get; }

    /// <summary>Horizontal runs of dark pixels, widened up and down.</summary>
    public byte[] InkRunsAcross { get; }

    /// <summary>Vertical runs of dark pixels, widened to the left and right.</summary>
    public byte[] InkRunsAlong { get; }

    private static byte[] FindEdges(GreyPlane page, int step)
    {
        var pixels = page.Pixels;
        var edges = new byte[pixels.Length];
        for (var i = step; i < edges.Length - step; i++)
            edges[i] = Math.Abs(pixels[i + step] - pixels[i - step]) >= MinEdgeHeight ? (byte)1 : (byte)0;
        return edges;
    }

    /// <summary>Keeps the straight runs of a mask and drops shorter ones, such as the dots of a screen tone.</summary>
    /// <param name="step">Distance from one pixel of a run to the next: 1 for rows, the page's width for columns.</param>
    private static byte[] KeepRuns(byte[] mask, GreyPlane page, int step)
    {
        var kept = new byte[mask.Length];
        var (length, lineStep) = step == 1 ? (page.Width, page.Width) : (page.Height, 1);
        for (var line = 0; line < mask.Length / length; line++)
        {
            var start = line * lineStep;
            var runStart = 0;
            for (var i = 0; i <= length; i++)
            {
                if (i < length && mask[start + (i * step)] != 0)
                    continue;
                for (var k = runStart; i - runStart >= MinRun && k < i; k++)
                    kept[start + (k * step)] = 1;
                runStart = i + 1;
            }
        }

        return kept;
    }

    /// <summary>Widens a mask by <see cref="SpreadWidth"/> steps in both directions. The outermost pixels stay 0.</summary>
    private static byte[] Spread(byte[] mask, int step)
    {
        var wide = new byte[mask.Length];
        for (var i = SpreadWidth * step; i < wide.Length - (SpreadWidth * step); i++)
            wide[i] = (byte)(mask[i] | mask[i - step] | mask[i + step] | mask[i - (2 * step)] | mask[i + (2 * step)]);
        return wide;
    }
}
