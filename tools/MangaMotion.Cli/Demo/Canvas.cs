using MangaMotion.Media;

namespace MangaMotion.Cli.Demo;

/// <summary>8-bit RGBA image for the samples of the demo, saved as PNG.</summary>
internal sealed class Canvas(int width, int height)
{
    private readonly byte[] _pixels = new byte[width * height * 4];

    public int Width { get; } = width;

    public int Height { get; } = height;

    /// <summary>Sets every pixel to a function of its position; both coordinates are from 0 to 1.</summary>
    public void Fill(Func<double, double, Colour> paint)
    {
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
                Set(x, y, paint((x + 0.5) / Width, (y + 0.5) / Height));
        }
    }

    /// <summary>Fills a shape with an edge that is anti-aliased over one pixel.</summary>
    /// <param name="distance">Distance from the edge of the shape in pixels; negative inside.</param>
    public void Draw(Func<double, double, double> distance, Colour colour) => DrawBox(0, 0, Width, Height, distance, colour);

    /// <summary>Fills a shape within a box, in pixels. Faster than <see cref="Draw"/>: only the pixels of the box are computed.</summary>
    public void DrawBox(double left, double top, double right, double bottom, Func<double, double, double> distance, Colour colour)
    {
        for (var y = Math.Max(0, (int)top); y < Math.Min(Height, bottom); y++)
        {
            for (var x = Math.Max(0, (int)left); x < Math.Min(Width, right); x++)
            {
                var cover = Math.Clamp(0.5 - distance(x + 0.5, y + 0.5), 0, 1);
                if (cover > 0)
                    Blend(x, y, colour, cover);
            }
        }
    }

    /// <summary>Copies another image, which must fit, to a position.</summary>
    public void Paste(Canvas other, int left, int top)
    {
        for (var y = 0; y < other.Height; y++)
            other._pixels.AsSpan(y * other.Width * 4, other.Width * 4).CopyTo(_pixels.AsSpan((((top + y) * Width) + left) * 4));
    }

    public void SavePng(string path) => File.WriteAllBytes(path, Png.Encode(_pixels, Width, Height));

    private void Set(int x, int y, Colour colour)
    {
        var at = ((y * Width) + x) * 4;
        _pixels[at] = ToByte(colour.Red);
        _pixels[at + 1] = ToByte(colour.Green);
        _pixels[at + 2] = ToByte(colour.Blue);
        _pixels[at + 3] = ToByte(colour.Alpha);
    }

    private void Blend(int x, int y, Colour colour, double cover)
    {
        var at = ((y * Width) + x) * 4;
        var under = new Colour(_pixels[at] / 255.0, _pixels[at + 1] / 255.0, _pixels[at + 2] / 255.0, _pixels[at + 3] / 255.0);
        Set(x, y, Colour.Mix(under, colour, cover * colour.Alpha) with { Alpha = Math.Max(under.Alpha, cover * colour.Alpha) });
    }

    private static byte ToByte(double value) => (byte)Math.Clamp(Math.Round(value * 255), 0, 255);
}

/// <summary>Colour with components from 0 to 1.</summary>
internal readonly record struct Colour(double Red, double Green, double Blue, double Alpha = 1)
{
    public static Colour Mix(Colour a, Colour b, double share) => new(
        a.Red + ((b.Red - a.Red) * share),
        a.Green + ((b.Green - a.Green) * share),
        a.Blue + ((b.Blue - a.Blue) * share),
        a.Alpha + ((b.Alpha - a.Alpha) * share));
}
