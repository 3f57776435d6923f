namespace MangaMotion.Film.Pages;

/// <summary>A panel of a page, in its pixels.</summary>
public sealed record PanelCut(int X, int Y, int Width, int Height)
{
    /// <summary>ffmpeg's filters, which cut it out and make its longest side at most so many pixels.</summary>
    internal string Filter(int size)
    {
        var scale = Math.Min(1, (double)size / Math.Max(Width, Height));
        return $"crop={Width}:{Height}:{X}:{Y}:exact=1,scale={Side(Width)}:{Side(Height)}";

        int Side(int length) => Math.Max(1, (int)Math.Round(length * scale));
    }
}
