using MangaMotion.Media.Video;

namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>Converts frames to posters: poster size, square pixels, colours of a screen. Frames are not rotated.</summary>
internal sealed unsafe class PosterFilter : IDisposable
{
    private const int Area = 0x20;
    private const int FullRange = 2;
    private const int Unscaled = 1 << 16;
    private const int HdWidth = 1280, HdHeight = 720;

    private readonly int _width;
    private readonly int _height;
    private (int Width, int Height, int Format, int Space, int Range) _source;
    private nint _scaler;
    private ToneMap? _toneMap;

    /// <param name="size">Longest side in pixels.</param>
    public PosterFilter(ProbedVideo video, int size)
    {
        var (width, height) = PosterSearch.Fit(video, size);
        (_width, _height) = video.Rotation % 180 == 0 ? (width, height) : (height, width);
    }

    /// <summary>Converts a frame; null if it cannot be converted.</summary>
    public Poster? Run(Frame* frame)
    {
        if (ToneMap.IsNeeded(frame))
            return (_toneMap ??= new ToneMap(_width, _height)).Run(frame);

        var source = (frame->Width, frame->Height, frame->Format, frame->Space, frame->Range);
        if (_scaler == 0 || source != _source)
            Build(source);
        if (_scaler == 0)
            return null;

        var poster = new Poster(_width, _height);
        var pixels = poster.Rows;
        var stride = poster.Stride;
        if (Av.sws_scale(_scaler, (byte**)&frame->Pixels, &frame->Stride, 0, frame->Height, &pixels, &stride) > 0)
            return poster;
        poster.Dispose();
        return null;
    }

    public void Dispose()
    {
        Av.sws_freeContext(_scaler);
        _toneMap?.Dispose();
    }

    /// <summary>Creates the scaler with the colour matrix and the range that the frame declares.</summary>
    private void Build((int Width, int Height, int Format, int Space, int Range) source)
    {
        Av.sws_freeContext(_scaler);
        _source = source;
        _scaler = Av.sws_getContext(source.Width, source.Height, source.Format, _width, _height, Frame.Rgb24, Area, 0, 0, null);
        int* from, to;
        int fromRange, toRange, brightness, contrast, saturation;
        if (_scaler == 0 || Av.sws_getColorspaceDetails(_scaler, &from, &fromRange, &to, &toRange, &brightness, &contrast, &saturation) < 0)
            return;
        if (source.Range != 0)
            fromRange = source.Range == FullRange ? 1 : 0;
        // Players assume the matrix of HD television for large pictures that declare none, and that of SD television for others.
        var isLarge = source.Width >= HdWidth || source.Height >= HdHeight;
        var space = source.Space == Frame.Unspecified && isLarge ? Frame.Bt709 : source.Space;
        _ = Av.sws_setColorspaceDetails(_scaler, Av.sws_getCoefficients(space), fromRange, to, toRange, 0, Unscaled, Unscaled);
    }
}
