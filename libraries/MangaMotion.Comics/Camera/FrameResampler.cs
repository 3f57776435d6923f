namespace MangaMotion.Comics.Camera;

/// <summary>
/// Draws what a camera sees of a page as yuv420p frames. The window is placed in double precision, so slow moves do not jump from pixel
/// to pixel. Not thread-safe: it keeps its row and filter buffers; the page may be shared.
/// </summary>
public sealed class FrameResampler
{
    private readonly PagePlanes _page;
    private readonly FrameSize _size;
    private readonly PlaneResampler _luma;
    private readonly PlaneResampler _chroma;
    private readonly int _level;

    /// <param name="widest">The widest window, in page pixels, that will be asked for. It decides once how far the page is reduced beforehand,
    /// so that sharpness does not change in the middle of a move.</param>
    /// <param name="allowVectors">False runs the portable loops, which give the same bytes.</param>
    public FrameResampler(PagePlanes page, FrameSize size, double widest, bool allowVectors = true)
    {
        if (size.Width < 2 || size.Height < 2 || (size.Width | size.Height) % 2 != 0)
            throw new ArgumentException($"A yuv420p frame has an even width and height of at least 2; this one is {size.Width}x{size.Height}.", nameof(size));

        _page = page;
        _size = size;
        _luma = new PlaneResampler(size.Width, size.Height, allowVectors);
        _chroma = new PlaneResampler(size.Width / 2, size.Height / 2, allowVectors);
        _level = Math.Max(0, (int)Math.Round(Math.Log2(Math.Max(1, widest / size.Width))));
    }

    /// <summary>Draws one frame.</summary>
    /// <param name="frame">Receives Y, U and V; <see cref="FrameSize.FrameBytes"/> long.</param>
    public void Render(CameraWindow window, Span<byte> frame)
    {
        if (frame.Length < _size.FrameBytes)
            throw new ArgumentException($"A frame of {_size.Width}x{_size.Height} needs {_size.FrameBytes} bytes; the buffer holds {frame.Length}.", nameof(frame));

        var area = _size.Width * _size.Height;
        _luma.Aim(_page.At(0, _level), At(window, _level), phaseX: 0.5);
        _luma.Render(_page.At(0, _level), frame[..area]);

        // H.264 puts a colour sample beside the left one of the two pixels it serves, halfway between their rows.
        _chroma.Aim(_page.At(1, _level + 1), At(window, _level + 1), phaseX: 0.25);
        _chroma.Render(_page.At(1, _level + 1), frame.Slice(area, area / 4));
        _chroma.Render(_page.At(2, _level + 1), frame.Slice(area + (area / 4), area / 4));
    }

    private static CameraWindow At(CameraWindow window, int level)
    {
        var scale = 1.0 / (1 << level);
        return new CameraWindow(window.X * scale, window.Y * scale, window.Width * scale, window.Height * scale);
    }
}
