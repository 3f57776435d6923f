namespace MangaMotion.Film.Frames;

/// <summary>Size and speed of a video.</summary>
/// <param name="Width">Pixels, even.</param>
/// <param name="Height">Pixels, even.</param>
/// <param name="FramesPerSecond">1 to 60.</param>
public readonly record struct FilmFormat(int Width, int Height, int FramesPerSecond)
{
    /// <summary>Number of bytes of one yuv420p frame.</summary>
    public int FrameBytes => Width * Height * 3 / 2;
}
