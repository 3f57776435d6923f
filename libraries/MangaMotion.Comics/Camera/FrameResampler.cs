namespace MangaMotion.Comics.Camera;

/// <summary>
/// Draws windows of a page as yuv420p frames. The window has double precision, so slow moves do not jump from pixel to pixel. Not
/// thread-safe because it keeps buffers; the page can be shared.
/// </summary>
public sealed class FrameResampler
{
    private readonly PagePlanes _page;
    private readonly FrameSize _size;
    private readonly PlaneResampler _luma;
    private readonly PlaneResampler _chroma;
    private readonly int _level;

    /// <summary>Creates a resampler for one shot.</summary>
    /// <param name="maxWidth">
    /// Width of the widest window in page pixels. It fixes the reduction of the page, so that the sharpness does not change during a move.
    /// </param>
    /// <param name="allowVectors">Whether AVX2 is used if available. The portable loops give the same bytes.</param>
    public FrameResampler(PagePlanes page, FrameSize size, double maxWidth, bool allowVectors = true)
    {
        if (size.Width < 2 || size.Height < 2 || (size.Width | size.Height) % 2 != 0)
        {
            throw new ArgumentException(
                $"A yuv420p frame has an even width and height of at least 2; this one is {size.Width}x{size.Height}.", nameof(size));
        }

        _page = page;
        _size = size;
        _luma = new PlaneResampler(size.Width, size.Height, allowVectors);
        _chroma = new PlaneResampler(size.Width / 2, size.Height / 2, allowVectors);
        _level = Math.Max(0, (int)Math.Round(Math.Log2(Math.Max(1, maxWidth / size.Width))));
    }

    /// <summary>Draws one frame.</summary>
    /// <param name="frame">Receives the planes Y, U and V; at least <see cref="FrameSize.FrameBytes"/> long.</param>
    public void Render(CameraWindow window, Span<byte> frame)
    {
        if (frame.Length < _size.FrameBytes)
        {
            throw new ArgumentException(
                $"A frame of {_size.Width}x{_size.Height} needs {_size.FrameBytes} bytes; the buffer holds {frame.Length}.", nameof(frame));
        }

        var area = _size.Width * _size.Height;
        _luma.SetWindow(_page.GetPlane(0, _level), ReduceWindow(window, _level), phaseX: 0.5);
        _luma.Render(_page.GetPlane(0, _level), frame[..area]);

        // H.264 places a colour sample at the left pixel of two and halfway between two rows.
        _chroma.SetWindow(_page.GetPlane(1, _level + 1), ReduceWindow(window, _level + 1), phaseX: 0.25);
        _chroma.Render(_page.GetPlane(1, _level + 1), frame.Slice(area, area / 4));
        _chroma.Render(_page.GetPlane(2, _level + 1), frame.Slice(area + (area / 4), area / 4));
    }

    private static CameraWindow ReduceWindow(CameraWindow window, int level)
    {
        var scale = 1.0 / (1 << level);
        return new CameraWindow(window.X * scale, window.Y * scale, window.Width * scale, window.Height * scale);
    }
}
