namespace MangaMotion.Comics.Panels;

/// <summary>Finds the panels of a comic page and their reading order.</summary>
public static class PanelDetector
{
    private const int LongSide = 900;
    private const int StripWidth = 400;

    /// <summary>Pixels; a smaller picture is an icon.</summary>
    private const int MinSide = 32;
    private const double NoPanels = 0.3;
    private const double SurePanel = 0.7;
    private const double CertainPanel = 0.9;

    /// <summary>Finds the panels of one page. Never fails on what the page shows: a page without panels is one panel.</summary>
    /// <param name="grey">8-bit grey pixels, row after row; 0 is black.</param>
    /// <param name="width">Pixels in a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="stride">Bytes from one row to the next, at least <paramref name="width"/>.</param>
    /// <exception cref="ArgumentException">The sizes are not positive, or the buffer is shorter than they say.</exception>
    public static PageLayout Detect(ReadOnlySpan<byte> grey, int width, int height, int stride, ReadingDirection direction)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, width);
        var needed = ((long)(height - 1) * stride) + width;
        if (grey.Length < needed)
            throw new ArgumentException($"The page of {width}x{height} with stride {stride} needs {needed} bytes; the buffer holds {grey.Length}.", nameof(grey));

        var panels = Math.Min(width, height) < MinSide ? []
            : LongStrip.Is(width, height) ? DetectStrip(grey, width, height, stride, direction)
            : DetectPage(grey, width, height, stride, direction);
        if (panels.Count == 0)
            panels = [new Panel(0, 0, width, height, NoPanels)];
        return new PageLayout(width, height, panels, panels.Min(panel => panel.Confidence));
    }

    private static List<Panel> DetectPage(ReadOnlySpan<byte> grey, int width, int height, int stride, ReadingDirection direction)
    {
        var page = Lighting.Even(Shrink(grey, width, height, stride, (double)LongSide / Math.Max(width, height)));
        double longer = Math.Max(page.Width, page.Height), shorter = Math.Min(page.Width, page.Height);
        var unit = longer < 1.6 * shorter ? longer : 1.4 * shorter;
        var masks = new PageMasks(page);
        var layout = Cut(masks, unit, direction);
        if (layout.Exists(panel => panel.Confidence < CertainPanel))
        {
            // Where some of it is doubtful, paper may have leaked into panels through gaps in their frames.
            var other = Cut(masks.Sealed(), unit, direction);
            if (Quality(other, page) > Quality(layout, page))
                layout = other;
        }

        return layout.ConvertAll(panel => Enlarge(panel, page, width, height));
    }

    private static List<Panel> Cut(PageMasks masks, double unit, ReadingDirection direction)
    {
        var snap = new FrameSnap(masks);
        return [.. new PageCutter(masks, unit, direction).Cut().Select(snap.Snap).OfType<Panel>()];
    }

    /// <summary>Compares layouts of one page: how much of it lies in panels of which one can be sure; two sure panels are a little better than one.</summary>
    private static double Quality(List<Panel> layout, GreyPlane page) =>
        layout.Sum(panel => Math.Pow((double)panel.Width * panel.Height / page.Pixels.Length, 0.85) * panel.Confidence * panel.Confidence);

    private static List<Panel> DetectStrip(ReadOnlySpan<byte> grey, int width, int height, int stride, ReadingDirection direction)
    {
        var strip = Shrink(grey, width, height, stride, (double)StripWidth / width);
        var panels = new List<Panel>();
        foreach (var (top, bottom) in LongStrip.Pieces(strip))
        {
            int first = (int)((long)top * height / strip.Height), last = (int)((((long)bottom * height) + strip.Height - 1) / strip.Height);
            var found = DetectPage(grey[(first * stride)..], width, last - first, stride, direction);
            // A drawing that runs to the strip's sides looks open; only what is surely framed is taken apart.
            if (found.Count == 0)
                found = [new Panel(0, 0, width, last - first, NoPanels)];
            else if (found.Exists(panel => panel.Confidence < SurePanel))
                found = [Around(found)];
            panels.AddRange(found.Select(panel => panel with { Y = panel.Y + first, Outline = panel.OutlineAt(1, 1, first) }));
        }

        return panels;
    }

    private static Panel Around(List<Panel> panels)
    {
        int left = panels.Min(panel => panel.X), top = panels.Min(panel => panel.Y);
        return new Panel(
            left, top, panels.Max(panel => panel.X + panel.Width) - left, panels.Max(panel => panel.Y + panel.Height) - top, panels.Min(panel => panel.Confidence));
    }

    private static GreyPlane Shrink(ReadOnlySpan<byte> grey, int width, int height, int stride, double scale)
    {
        scale = Math.Min(1, scale);
        return GreyPlane.Shrink(grey, width, height, stride, Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale)));
    }

    private static Panel Enlarge(Panel panel, GreyPlane page, int width, int height)
    {
        double toX = (double)width / page.Width, toY = (double)height / page.Height;
        int left = (int)(panel.X * toX), top = (int)(panel.Y * toY);
        int right = Math.Min(width, (int)Math.Ceiling((panel.X + panel.Width) * toX)), bottom = Math.Min(height, (int)Math.Ceiling((panel.Y + panel.Height) * toY));
        return new Panel(left, top, right - left, bottom - top, Math.Round(panel.Confidence, 3)) { Outline = panel.OutlineAt(toX, toY, 0) };
    }
}
