using System.Text.Json.Serialization;

namespace MangaMotion.Comics.Panels;

/// <summary>Side of the page that is read first.</summary>
public enum ReadingDirection
{
    [JsonStringEnumMemberName("rtl")]
    RightToLeft,

    [JsonStringEnumMemberName("ltr")]
    LeftToRight,
}

/// <summary>One panel: its bounding box in page pixels, clipped to the page.</summary>
/// <param name="Confidence">0 to 1: how much of the outline was seen as frame lines, gutters or page edges.</param>
public sealed record Panel(int X, int Y, int Width, int Height, double Confidence)
{
    /// <summary>Corners, clockwise in page pixels and inside the box; null for a panel that fills its box.</summary>
    public IReadOnlyList<PagePoint>? Outline { get; init; }

    /// <summary>Scales the outline to a page of another size and moves it down.</summary>
    /// <param name="down">Pixels of the scaled page.</param>
    internal IReadOnlyList<PagePoint>? ScaleOutline(double scaleX, double scaleY, int down) =>
        Outline?.Select(corner => new PagePoint(corner.X * scaleX, (corner.Y * scaleY) + down)).ToList();
}

/// <summary>Panels of one page in reading order. At least one: a page without panels is one panel.</summary>
/// <param name="Width">Width of the page in pixels.</param>
/// <param name="Height">Height of the page in pixels.</param>
/// <param name="Confidence">0 to 1: the lowest confidence of a panel. A person should check a layout below 0.5.</param>
public sealed record PageLayout(int Width, int Height, IReadOnlyList<Panel> Panels, double Confidence)
{
    /// <summary>
    /// Moves the sides of each panel onto its frame lines, so that no gutter remains inside. Sides without a frame line stay.
    /// </summary>
    /// <param name="grey">The same pixels that <see cref="PanelDetector"/> got.</param>
    /// <param name="stride">Bytes from one row to the next.</param>
    public PageLayout FitFrames(ReadOnlySpan<byte> grey, int stride)
    {
        var fitted = new List<Panel>(Panels.Count);
        foreach (var panel in Panels)
            fitted.Add(PanelOutline.FitToFrameLines(panel, grey, Width, Height, stride));
        return this with { Panels = fitted };
    }
}
