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
public sealed record Panel(int X, int Y, int Width, int Height, double Confidence);

/// <summary>The panels of one page in reading order. There is always at least one: the whole page is the fallback.</summary>
/// <param name="Width">Width of the page in pixels.</param>
/// <param name="Height">Height of the page in pixels.</param>
/// <param name="Confidence">0..1: how far the layout as a whole can be trusted; under 0.5 a person should look.</param>
public sealed record PageLayout(int Width, int Height, IReadOnlyList<Panel> Panels, double Confidence);
