using System.Globalization;

namespace MangaMotion.Api;

/// <summary>Sizes of a video in pixels: a name, or WIDTHxHEIGHT.</summary>
public static class VideoSizes
{
    /// <summary>1920×1080.</summary>
    public const string Landscape = "landscape";

    /// <summary>1080×1920.</summary>
    public const string Portrait = "portrait";

    /// <summary>1080×1080.</summary>
    public const string Square = "square";

    /// <summary>Description of the allowed values, for error messages.</summary>
    public const string Allowed = "landscape, portrait, square, or WIDTHxHEIGHT with even numbers from 128 to 3840";

    private const int Min = 128;
    private const int Max = 3840;

    /// <summary>Reads a size.</summary>
    /// <returns>Width and height in pixels; null if the size is not allowed.</returns>
    public static (int Width, int Height)? Parse(string size) => size switch
    {
        Landscape => (1920, 1080),
        Portrait => (1080, 1920),
        Square => (1080, 1080),
        _ => size.Split('x') is [var width, var height] && ParseSide(width) is { } x && ParseSide(height) is { } y ? (x, y) : null,
    };

    private static int? ParseSide(string text) =>
        text.Length is 3 or 4 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var side)
        && side is >= Min and <= Max && side % 2 == 0
            ? side
            : null;
}
