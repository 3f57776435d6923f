namespace MangaMotion.Comics.Lettering;

/// <summary>Tells lettering that could not be read from plain shapes, which the neural reader finds as well.</summary>
/// <remarks>The thresholds were chosen by hand; <c>LetteringInkTests</c> holds them.</remarks>
public static class LetteringInk
{
    /// <summary>Part of each side of a box that is not looked at, because a shape ends there.</summary>
    private const double Margin = 0.2;

    private const int MinContrast = 80;
    private const double MinShare = 0.05;
    private const double MaxShare = 0.75;

    /// <summary>Whether a box holds dark and light pixels as letters do.</summary>
    /// <param name="grey">Pixels of the page, row after row without gaps.</param>
    /// <param name="width">Width of the page in pixels.</param>
    public static bool IsIn(ReadOnlySpan<byte> grey, int width, PageLine box)
    {
        int left = (int)(box.X + (Margin * box.Width)), right = (int)(box.X + ((1 - Margin) * box.Width));
        int top = (int)(box.Y + (Margin * box.Height)), bottom = (int)(box.Y + ((1 - Margin) * box.Height));
        if (right <= left || bottom <= top)
            return false;
        byte low = 255, high = 0;
        for (var y = top; y < bottom; y++)
        {
            foreach (var value in grey.Slice((y * width) + left, right - left))
            {
                low = Math.Min(low, value);
                high = Math.Max(high, value);
            }
        }

        if (high - low < MinContrast)
            return false;
        var (middle, ink) = ((low + high) / 2, 0);
        for (var y = top; y < bottom; y++)
        {
            foreach (var value in grey.Slice((y * width) + left, right - left))
                ink += value < middle ? 1 : 0;
        }

        return (double)ink / (right - left) / (bottom - top) is >= MinShare and <= MaxShare;
    }
}
