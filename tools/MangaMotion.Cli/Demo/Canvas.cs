using MangaMotion.Media;

namespace MangaMotion.Cli.Demo;

/// <summary>A picture in 8-bit RGBA that can be drawn on and written as PNG; enough for the demo's own samples.</summary>
internal sealed class Canvas(int width, int height)
{
    private readonly byte[] _pixels = new byte[width * height * 4];

    public int Width { get; } = width;

    public int Height { get; } = height;

    /// <summary>Paints every pixel by a function of its position, both coordinates from 0 to 1.</summary>
    public void Fill(Func<double, double, Colour> paint)
    {
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
                Set(x, y, paint((x + 0.5) / Width, (y + 0.5) / Height));
        }
    }

    /// <summary>Paints the inside of a shape; its edge is smoothed over one pixel.</summary>
    /// <param name="distance">Pixels from the shape's edge at a pixel; negative inside.</param>
    public void Draw(Func<double, double, double> distance, Colour colour) => DrawBox(0, 0, Width, Height, distance, colour);

    /// <summary>The same for a shape that lies within a box, pixels, so that not all of the picture is looked at.</summary>
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

    /// <summary>Copies another picture in; it must fit.</summary>
    public void Paste(Canvas other, int left, int top)
    {
        for (var y = 0; y < other.Height; y++)
            other._pixels.AsSpan(y * other.Width * 4, other.Width * 4).CopyTo(_pixels.AsSpan((((top + y) * Width) + left) * 4));
    }

    public void SavePng(string path) => File.WriteAllBytes(path, Png.Encode(_pixels, Width, Height));

    private void Set(int x, int y, Colour colour)
    {
        var at = ((y * Width) + x) * 4;
        (_pixels[at], _pixels[at + 1], _pixels[at + 2], _pixels[at + 3]) = (Byte(colour.Red), Byte(colour.Green), Byte(colour.Blue), Byte(colour.Alpha));
    }

    private void Blend(int x, int y, Colour colour, double cover)
    {
        var at = ((y * Width) + x) * 4;
        var under = new Colour(_pixels[at] / 255.0, _pixels[at + 1] / 255.0, _pixels[at + 2] / 255.0, _pixels[at + 3] / 255.0);
        Set(x, y, Colour.Mix(under, colour, cover * colour.Alpha) with { Alpha = Math.Max(under.Alpha, cover * colour.Alpha) });
    }

    private static byte Byte(double part) => (byte)Math.Clamp(Math.Round(part * 255), 0, 255);
}

/// <summary>Parts from 0 to 1.</summary>
internal readonly record struct Colour(double Red, double Green, double Blue, double Alpha = 1)
{
    public static Colour Mix(Colour a, Colour b, double share) => new(
        a.Red + ((b.Red - a.Red) * share), a.Green + ((b.Green - a.Green) * share), a.Blue + ((b.Blue - a.Blue) * share), a.Alpha + ((b.Alpha - a.Alpha) * share));
}
