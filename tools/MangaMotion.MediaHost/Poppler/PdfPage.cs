using MangaMotion.Media.Hosts;

namespace MangaMotion.MediaHost.Poppler;

/// <summary>A page of a <see cref="PdfDocument"/>, which must stay open as long as the page is used.</summary>
internal sealed unsafe class PdfPage : IDisposable
{
    private const int CropBox = 1, Rgb24 = 2;
    private const uint Antialiasing = 1, TextAntialiasing = 2;

    private readonly nint _page;

    public PdfPage(nint page)
    {
        _page = page;
        var box = PopplerApi.ReadBox(page, CropBox);
        Width = box.Right - box.Left;
        Height = box.Bottom - box.Top;
    }

    /// <summary>Width of the crop box in points, before the page is rotated.</summary>
    public double Width { get; }

    /// <summary>Height of the crop box in points, before the page is rotated.</summary>
    public double Height { get; }

    /// <summary>Draws the crop box on a white background, with the page's rotation applied.</summary>
    /// <param name="scale">Pixels per point.</param>
    /// <param name="use">
    /// Function that gets rows of 8-bit red, green and blue without gaps, and their width and height. The pixels are freed when it returns.
    /// </param>
    /// <exception cref="RefusedException">There is no memory for the pixels.</exception>
    public T Draw<T>(double scale, Func<ReadOnlySpan<byte>, int, int, T> use)
    {
        nint renderer;
        PopplerApi.CreateRenderer(&renderer);
        PopplerApi.SetFormat(&renderer, Rgb24);
        PopplerApi.SetHints(&renderer, Antialiasing | TextAntialiasing);
        var image = PopplerApi.Render(&renderer, _page, 72 * scale, 72 * scale, -1, -1, -1, -1, 0);
        PopplerApi.DestroyRenderer(&renderer);
        try
        {
            return use(PackRows(&image, out var width, out var height), width, height);
        }
        finally
        {
            PopplerApi.DestroyImage(&image);
        }
    }

    public void Dispose()
    {
        PopplerApi.DestroyPage(_page);
        PopplerApi.Free(_page);
    }

    /// <summary>Removes the padding at the end of each row in place, and returns the pixels.</summary>
    private static ReadOnlySpan<byte> PackRows(PopplerApi.Value* image, out int width, out int height)
    {
        var pixels = PopplerApi.GetPixels(image);
        if (pixels == null)
            throw new RefusedException(new HostFailure(HostFailureKind.OutOfMemory, "there is no memory for the pixels"));

        (width, height) = (PopplerApi.GetWidth(image), PopplerApi.GetHeight(image));
        var (row, stride) = ((nint)width * 3, (nint)PopplerApi.GetStride(image));
        for (var y = 1; y < height && stride > row; y++)
            new ReadOnlySpan<byte>(pixels + (y * stride), (int)row).CopyTo(new Span<byte>(pixels + (y * row), (int)row));
        return new ReadOnlySpan<byte>(pixels, checked((int)(row * height)));
    }
}
