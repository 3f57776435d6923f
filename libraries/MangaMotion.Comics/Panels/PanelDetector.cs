using static MangaMotion.Comics.Panels.PanelTuning;

namespace MangaMotion.Comics.Panels;

/// <summary>Finds the panels of a comic page and their reading order.</summary>
public static class PanelDetector
{
    /// <summary>Confidence of a page that is shown whole because it has no panels.</summary>
    internal const double NoPanelsConfidence = 0.3;

    /// <summary>Finds the panels of one page. No content of a page makes it fail: a page without panels is one panel.</summary>
    /// <param name="grey">8-bit grey pixels, row by row; 0 is black.</param>
    /// <param name="width">Pixels in a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="stride">Bytes from one row to the next, at least <paramref name="width"/>.</param>
    /// <exception cref="ArgumentException">A size is not positive, or the buffer is too short for the sizes.</exception>
    public static PageLayout Detect(ReadOnlySpan<byte> grey, int width, int height, int stride, ReadingDirection direction)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, width);
        var needed = ((long)(height - 1) * stride) + width;
        if (grey.Length < needed)
        {
            throw new ArgumentException(
                $"The page of {width}x{height} with stride {stride} needs {needed} bytes; the buffer holds {grey.Length}.", nameof(grey));
        }

        var panels = DetectPanels(grey, width, height, stride, direction);
        if (panels.Count == 0)
            panels = [CreateWholePanel(width, height)];
        return new PageLayout(width, height, panels, panels.Min(panel => panel.Confidence));
    }

    private static List<Panel> DetectPanels(ReadOnlySpan<byte> grey, int width, int height, int stride, ReadingDirection direction)
    {
        if (Math.Min(width, height) < MinPageSide)
            return [];
        return LongStrip.IsLongStrip(width, height)
            ? DetectStrip(grey, width, height, stride, direction)
            : DetectPage(grey, width, height, stride, direction);
    }

    /// <summary>Finds layouts of one page at one or two sizes and chooses the best one.</summary>
    private static List<Panel> DetectPage(ReadOnlySpan<byte> grey, int width, int height, int stride, ReadingDirection direction)
    {
        // A spread is two pages beside each other.
        var longSide = width > SpreadRatio * height ? Math.Max(height, width / 2.0) : Math.Max(width, height);
        var scale = PageLongSide / longSide;
        var layout = FindBestLayout(Shrink(grey, width, height, stride, scale), direction);
        if (scale < 1 && (layout.Panels.Count <= FewPanels || !IsCertain(layout.Panels)))
        {
            // Narrow gutters vanish in the smaller page.
            var other = FindBestLayout(Shrink(grey, width, height, stride, FinerPage * scale), direction);
            if (other.Score > layout.Score)
                layout = other;
        }

        return layout.Panels.ConvertAll(panel => ScaleToPage(panel, layout.Page, width, height));
    }

    private static Layout FindBestLayout(GreyPlane page, ReadingDirection direction)
    {
        page = Lighting.RemoveFoldShadow(page);
        double longer = Math.Max(page.Width, page.Height), shorter = Math.Min(page.Width, page.Height);
        var unit = longer < ElongatedRatio * shorter ? longer : ElongatedUnit * shorter;
        var masks = new PageMasks(page);
        var panels = CutPanels(masks, unit, direction);
        var layout = new Layout(page, panels, ScoreLayout(panels, page));
        if (IsCertain(panels))
            return layout;
        // Open paper may have leaked into a panel through gaps in its frame.
        panels = CutPanels(masks.CloseFrameGaps(), unit, direction);
        var other = new Layout(page, panels, ScoreLayout(panels, page));
        return other.Score > layout.Score ? other : layout;
    }

    private static bool IsCertain(List<Panel> panels) => panels.TrueForAll(panel => panel.Confidence >= CertainPanel);

    private static List<Panel> CutPanels(PageMasks masks, double unit, ReadingDirection direction)
    {
        var snap = new FrameSnap(masks);
        return [.. new PageCutter(masks, unit, direction).CutPage().Select(snap.FitPanel).OfType<Panel>()];
    }

    /// <summary>Scores a layout by the page area in certain panels. Two certain panels score higher than one of the same area.</summary>
    private static double ScoreLayout(List<Panel> layout, GreyPlane page) => layout.Sum(panel =>
        Math.Pow((double)panel.Width * panel.Height / page.Pixels.Length, LayoutAreaExponent) * panel.Confidence * panel.Confidence);

    private static List<Panel> DetectStrip(ReadOnlySpan<byte> grey, int width, int height, int stride, ReadingDirection direction)
    {
        var strip = Shrink(grey, width, height, stride, (double)StripWidth / width);
        var panels = new List<Panel>();
        foreach (var (top, bottom) in LongStrip.FindPieces(strip))
        {
            var first = (int)((long)top * height / strip.Height);
            var last = (int)((((long)bottom * height) + strip.Height - 1) / strip.Height);
            var found = DetectPage(grey[(first * stride)..], width, last - first, stride, direction);
            if (found.Count == 0)
                found = [CreateWholePanel(width, last - first)];

            // A drawing that reaches the strip's sides looks like open paper, so only a certain layout divides a piece.
            else if (found.Exists(panel => panel.Confidence < CertainStripPanel))
                found = [MergePanels(found)];
            panels.AddRange(found.Select(panel => panel with { Y = panel.Y + first, Outline = panel.ScaleOutline(1, 1, first) }));
        }

        return panels;
    }

    private static Panel CreateWholePanel(int width, int height) => new(0, 0, width, height, NoPanelsConfidence);

    private static Panel MergePanels(List<Panel> panels)
    {
        int left = panels.Min(panel => panel.X), top = panels.Min(panel => panel.Y);
        int right = panels.Max(panel => panel.X + panel.Width), bottom = panels.Max(panel => panel.Y + panel.Height);
        return new Panel(left, top, right - left, bottom - top, panels.Min(panel => panel.Confidence));
    }

    private static GreyPlane Shrink(ReadOnlySpan<byte> grey, int width, int height, int stride, double scale)
    {
        scale = Math.Min(1, scale);
        int newWidth = Math.Max(1, (int)Math.Round(width * scale)), newHeight = Math.Max(1, (int)Math.Round(height * scale));
        return GreyPlane.Shrink(grey, width, height, stride, newWidth, newHeight);
    }

    private static Panel ScaleToPage(Panel panel, GreyPlane page, int width, int height)
    {
        double scaleX = (double)width / page.Width, scaleY = (double)height / page.Height;
        int left = (int)(panel.X * scaleX), top = (int)(panel.Y * scaleY);
        var right = Math.Min(width, (int)Math.Ceiling((panel.X + panel.Width) * scaleX));
        var bottom = Math.Min(height, (int)Math.Ceiling((panel.Y + panel.Height) * scaleY));
        return new Panel(left, top, right - left, bottom - top, Math.Round(panel.Confidence, 3))
        {
            Outline = panel.ScaleOutline(scaleX, scaleY, 0),
        };
    }

    /// <summary>Panels in pixels of a reduced page.</summary>
    private sealed record Layout(GreyPlane Page, List<Panel> Panels, double Score);
}
