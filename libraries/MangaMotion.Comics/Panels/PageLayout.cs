using System.Text.Json.Serialization;

namespace MangaMotion.Comics.Panels;

/// <summary>Which side of the page is read first.</summary>
public enum ReadingDirection
{
    [JsonStringEnumMemberName("rtl")]
    RightToLeft,

    [JsonStringEnumMemberName("ltr")]
    LeftToRight,
}

/// <summary>One panel: its bounding box in pixels of the page, cut to the page.</summary>
/// <param name="Confidence">0..1: how much of its outline was seen (frame lines, gutters, page edges).</param>
public sealed record Panel(int X, int Y, int Width, int Height, double Confidence)
{
    /// <summary>Its corners clockwise in pixels of the page, all in the box; null where it is all of the box.</summary>
    public IReadOnlyList<PagePoint>? Outline { get; init; }

    /// <summary>The same panel on a page that is so much larger and begins so much higher.</summary>
    internal IReadOnlyList<PagePoint>? OutlineAt(double scaleX, double scaleY, int down) =>
        Outline?.Select(corner => new PagePoint(corner.X * scaleX, (corner.Y * scaleY) + down)).ToList();
}

/// <summary>The panels of one page in reading order. There is always at least one: the whole page is the fallback.</summary>
/// <param name="Width">Width of the page in pixels.</param>
/// <param name="Height">Height of the page in pixels.</param>
/// <param name="Confidence">0..1: how far the layout as a whole can be trusted; under 0.5 a person should look.</param>
public sealed record PageLayout(int Width, int Height, IReadOnlyList<Panel> Panels, double Confidence)
{
    /// <summary>The same panels with their sides drawn in to their frame lines, so that no gutter is left at them; sides without a frame stay.</summary>
    /// <param name="grey">The page as it was given to <see cref="PanelDetector"/>.</param>
    /// <param name="stride">Bytes from one row to the next.</param>
    public PageLayout FitFrames(ReadOnlySpan<byte> grey, int stride)
    {
        var fitted = new List<Panel>(Panels.Count);
        foreach (var panel in Panels)
            fitted.Add(PanelOutline.Fit(panel, grey, Width, Height, stride));
        return this with { Panels = fitted };
    }
}
