namespace MangaMotion.Comics.Camera;

/// <summary>What the camera sees: a rectangle in page pixels, of the output's shape. It may reach over the page's edge.</summary>
public readonly record struct CameraWindow(double X, double Y, double Width, double Height)
{
    /// <summary>The window between two, 0 the first and 1 the second.</summary>
    public static CameraWindow Between(CameraWindow from, CameraWindow to, double share) => new(
        from.X + ((to.X - from.X) * share),
        from.Y + ((to.Y - from.Y) * share),
        from.Width + ((to.Width - from.Width) * share),
        from.Height + ((to.Height - from.Height) * share));
}

/// <summary>Pixels of the video; both even, because its colour is stored at half size.</summary>
public readonly record struct FrameSize(int Width, int Height)
{
    public static readonly FrameSize Landscape = new(1920, 1080);
    public static readonly FrameSize Portrait = new(1080, 1920);
    public static readonly FrameSize Square = new(1080, 1080);

    public double Aspect => (double)Width / Height;

    /// <summary>Bytes of one yuv420p frame.</summary>
    public int FrameBytes => Width * Height * 3 / 2;
}

/// <summary>How the camera goes over a panel.</summary>
public enum CameraMove
{
    /// <summary>Closer, by at most 15 %: the panel has about the shape of the video.</summary>
    PushIn,

    /// <summary>Sideways in reading direction: the panel is wider than the video.</summary>
    Pan,

    /// <summary>Downwards: the panel is taller than the video.</summary>
    TiltDown,
}

/// <summary>The camera's way over one panel: it rests, moves smoothly, and rests again.</summary>
public sealed class CameraPath
{
    private const double LongestRest = 0.4;

    /// <param name="seconds">Length of the shot, more than 0.</param>
    /// <param name="leave">Seconds into the shot at which the camera begins to move; null for as soon as the eye has found its way.</param>
    /// <param name="arrive">Seconds into the shot at which it stands again, more than <paramref name="leave"/>; null for as late as looks calm.</param>
    public CameraPath(CameraMove move, CameraWindow start, CameraWindow end, double seconds, double? leave = null, double? arrive = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(seconds);
        (Move, Start, End, Seconds) = (move, start, end, seconds);
        (Leave, Arrive) = (leave ?? Rest(seconds), arrive ?? (seconds - Rest(seconds)));
        if (Arrive <= Leave)
            throw new ArgumentException($"The camera arrives at {Arrive} s, before it leaves at {Leave} s.", nameof(arrive));
    }

    public CameraMove Move { get; }

    public CameraWindow Start { get; }

    public CameraWindow End { get; }

    public double Seconds { get; }

    /// <summary>Seconds into the shot at which the camera begins to move.</summary>
    public double Leave { get; }

    /// <summary>Seconds into the shot at which the camera stands again.</summary>
    public double Arrive { get; }

    /// <summary>Seconds for which the camera stands, at least, at each end of a shot of this length.</summary>
    public static double Rest(double seconds) => Math.Min(LongestRest, seconds / 4);

    /// <summary>What the camera sees at a time since the shot's start; before and after the shot it rests at its ends.</summary>
    public CameraWindow At(double seconds)
    {
        var t = Math.Clamp((seconds - Leave) / (Arrive - Leave), 0, 1);
        return CameraWindow.Between(Start, End, t * t * t * ((t * ((6 * t) - 15)) + 10));
    }
}
