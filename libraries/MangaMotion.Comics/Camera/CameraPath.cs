namespace MangaMotion.Comics.Camera;

/// <summary>
/// Part of the page that the camera shows: a rectangle in page pixels with the aspect of the video. It can extend beyond the page.
/// </summary>
public readonly record struct CameraWindow(double X, double Y, double Width, double Height)
{
    /// <summary>Interpolates between two windows; 0 gives the first, 1 the second.</summary>
    public static CameraWindow Interpolate(CameraWindow from, CameraWindow to, double share) => new(
        from.X + ((to.X - from.X) * share),
        from.Y + ((to.Y - from.Y) * share),
        from.Width + ((to.Width - from.Width) * share),
        from.Height + ((to.Height - from.Height) * share));
}

/// <summary>Size of the video in pixels. Both sides are even because yuv420p stores colour at half size.</summary>
public readonly record struct FrameSize(int Width, int Height)
{
    public static readonly FrameSize Landscape = new(1920, 1080);
    public static readonly FrameSize Portrait = new(1080, 1920);
    public static readonly FrameSize Square = new(1080, 1080);

    public double Aspect => (double)Width / Height;

    /// <summary>Bytes of one yuv420p frame.</summary>
    public int FrameBytes => Width * Height * 3 / 2;
}

/// <summary>Camera move over a panel.</summary>
public enum CameraMove
{
    /// <summary>Zooms in by at most 15 %. For panels with about the aspect of the video.</summary>
    PushIn,

    /// <summary>Moves sideways in reading direction. For panels wider than the video.</summary>
    Pan,

    /// <summary>Moves down. For panels taller than the video.</summary>
    TiltDown,
}

/// <summary>Path of the camera over one panel: it rests, moves smoothly, and rests again.</summary>
public sealed class CameraPath
{
    /// <summary>
    /// Longest rest in seconds, chosen by eye; held by <c>CameraPathTests.The_camera_rests_at_both_ends_and_never_turns_back</c>.
    /// </summary>
    internal const double MaxRest = 0.4;

    /// <summary>Creates a path between two windows.</summary>
    /// <param name="seconds">Length of the shot, more than 0.</param>
    /// <param name="moveStart">Seconds into the shot at which the move starts; null for the default rest.</param>
    /// <param name="moveEnd">Seconds into the shot at which the move ends, after its start; null for the default rest.</param>
    public CameraPath(
        CameraMove move, CameraWindow start, CameraWindow end, double seconds, double? moveStart = null, double? moveEnd = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(seconds);
        Move = move;
        (Start, End) = (start, end);
        Seconds = seconds;
        MoveStart = moveStart ?? GetRest(seconds);
        MoveEnd = moveEnd ?? (seconds - GetRest(seconds));
        if (MoveEnd <= MoveStart)
            throw new ArgumentException($"The camera move ends at {MoveEnd} s, not after its start at {MoveStart} s.", nameof(moveEnd));
    }

    public CameraMove Move { get; }

    public CameraWindow Start { get; }

    public CameraWindow End { get; }

    /// <summary>Length of the shot in seconds.</summary>
    public double Seconds { get; }

    /// <summary>Seconds into the shot at which the move starts.</summary>
    public double MoveStart { get; }

    /// <summary>Seconds into the shot at which the move ends.</summary>
    public double MoveEnd { get; }

    /// <summary>Path to which the camera cuts at <see cref="NextAt"/>; null if the shot ends with this one.</summary>
    public CameraPath? Next { get; init; }

    /// <summary>Seconds into the shot at which <see cref="Next"/> takes over.</summary>
    public double NextAt { get; init; }

    /// <summary>First and last windows of this path and of those that follow it.</summary>
    public IEnumerable<CameraWindow> Windows => [Start, End, .. Next?.Windows ?? []];

    /// <summary>Gets the minimum rest in seconds at each end of a shot of this length.</summary>
    public static double GetRest(double seconds) => Math.Min(MaxRest, seconds / 4);

    /// <summary>Gets the window at a time since the shot's start. Outside the shot it is the first or last window.</summary>
    /// <remarks>The move follows Perlin's quintic smoothstep, whose speed and acceleration are 0 at both ends.</remarks>
    public CameraWindow GetWindow(double seconds) =>
        Next is not null && seconds >= NextAt ? Next.GetWindow(seconds) : GetOwnWindow(seconds);

    /// <summary>Maps all windows.</summary>
    internal CameraPath Select(Func<CameraWindow, CameraWindow> map) =>
        new(Move, map(Start), map(End), Seconds, MoveStart, MoveEnd) { Next = Next?.Select(map), NextAt = NextAt };

    /// <summary>Gets the window of this path, also after the camera has cut to the next one.</summary>
    internal CameraWindow GetOwnWindow(double seconds)
    {
        var t = Math.Clamp((seconds - MoveStart) / (MoveEnd - MoveStart), 0, 1);
        return CameraWindow.Interpolate(Start, End, t * t * t * ((t * ((6 * t) - 15)) + 10));
    }
}
