using MangaMotion.Media.Hosts;

namespace MangaMotion.MediaHost.Poppler;

/// <summary>A page of an open <see cref="Document"/>, which must stay open.</summary>
internal sealed unsafe class Page : IDisposable
{
    private const int CropBox = 1, Rgb24 = 2;
    private const uint Antialiasing = 1, TextAntialiasing = 2;

    private readonly nint _page;

    public Page(nint page)
    {
        _page = page;
        var box = Native.GetBox(page, CropBox);
        Width = BitConverter.Int64BitsToDouble(box.Third) - BitConverter.Int64BitsToDouble(box.First);
        Height = BitConverter.Int64BitsToDouble(box.Fourth) - BitConverter.Int64BitsToDouble(box.Second);
    }

    /// <summary>Of the crop box in points, before the page is turned.</summary>
    public double Width { get; }

    /// <summary>Of the crop box in points, before the page is turned.</summary>
    public double Height { get; }

    /// <summary>Draws the crop box on white paper, turned as the page says.</summary>
    /// <param name="scale">Pixels to a point.</param>
    /// <param name="use">Gets rows of 8-bit red, green and blue, and their width and height; they are gone when it returns.</param>
    /// <exception cref="RefusedException">There is no room for the pixels.</exception>
    public T Draw<T>(double scale, Func<ReadOnlySpan<byte>, int, int, T> use)
    {
        nint renderer;
        Native.CreateRenderer(&renderer);
        Native.SetFormat(&renderer, Rgb24);
        Native.SetHints(&renderer, Antialiasing | TextAntialiasing);
        var image = Native.Render(&renderer, _page, 72 * scale, 72 * scale, -1, -1, -1, -1, 0);
        Native.DestroyRenderer(&renderer);
        try
        {
            return use(Rows(&image, out var width, out var height), width, height);
        }
        finally
        {
            Native.DestroyImage(&image);
        }
    }

    public void Dispose()
    {
        Native.DestroyPage(_page);
        Native.Free(_page);
    }

    /// <summary>The pixels without the bytes at the end of each row, moved together where they lie.</summary>
    private static ReadOnlySpan<byte> Rows(Native.Value* image, out int width, out int height)
    {
        var pixels = Native.GetPixels(image);
        if (pixels == null)
            throw new RefusedException(new HostFailure(HostFailureKind.OutOfMemory, "there is no room for the pixels"));

        (width, height) = (Native.GetWidth(image), Native.GetHeight(image));
        var (row, stride) = ((nint)width * 3, (nint)Native.GetStride(image));
        for (var y = 1; y < height && stride > row; y++)
            new ReadOnlySpan<byte>(pixels + (y * stride), (int)row).CopyTo(new Span<byte>(pixels + (y * row), (int)row));
        return new ReadOnlySpan<byte>(pixels, checked((int)(row * height)));
    }
}
