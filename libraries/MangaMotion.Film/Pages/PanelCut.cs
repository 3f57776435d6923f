namespace MangaMotion.Film.Pages;

/// <summary>Box of a panel in page pixels.</summary>
public sealed record PanelCut(int X, int Y, int Width, int Height)
{
    /// <summary>Creates ffmpeg's filters, which cut out the panel.</summary>
    /// <param name="size">Longest side of the result in pixels.</param>
    internal string Filter(int size)
    {
        var scale = Math.Min(1, (double)size / Math.Max(Width, Height));
        return $"crop={Width}:{Height}:{X}:{Y}:exact=1,scale={Side(Width)}:{Side(Height)}";

        int Side(int length) => Math.Max(1, (int)Math.Round(length * scale));
    }
}
