using MangaMotion.Comics.Panels;

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
    private const double Rest = 0.4;
    private const double Zoom = 1.15;
    private const double ShapeTolerance = 1.25;

    /// <summary>Windows a second; faster and the eye cannot read along.</summary>
    private const double MaxSpeed = 0.4;

    private readonly double _rest;

    /// <param name="seconds">Length of the shot, more than 0.</param>
    public CameraPath(CameraMove move, CameraWindow start, CameraWindow end, double seconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(seconds);
        Move = move;
        Start = start;
        End = end;
        Seconds = seconds;
        _rest = Math.Min(Rest, seconds / 4);
    }

    public CameraMove Move { get; }

    public CameraWindow Start { get; }

    public CameraWindow End { get; }

    public double Seconds { get; }

    /// <summary>The move that suits a panel's shape.</summary>
    public static CameraMove MoveOver(int width, int height, FrameSize output) => ((double)width / height / output.Aspect) switch
    {
        > ShapeTolerance => CameraMove.Pan,
        < 1 / ShapeTolerance => CameraMove.TiltDown,
        _ => CameraMove.PushIn,
    };

    /// <summary>Goes over a panel.</summary>
    /// <param name="panel">The panel in page pixels.</param>
    /// <param name="seconds">Length of the shot, more than 0.</param>
    /// <param name="move">Null takes the move that suits the panel's shape.</param>
    public static CameraPath Over(
        Panel panel, int pageWidth, int pageHeight, FrameSize output, double seconds, ReadingDirection direction, CameraMove? move = null) =>
        Over(panel, (pageWidth, pageHeight), output, seconds, direction, move);

    /// <summary>Goes over a panel that stands alone: it stays in the middle, also where the window reaches over the page's edge.</summary>
    /// <inheritdoc cref="Over(Panel, int, int, FrameSize, double, ReadingDirection, CameraMove?)"/>
    public static CameraPath Over(Panel panel, FrameSize output, double seconds, ReadingDirection direction, CameraMove? move = null) =>
        Over(panel, page: null, output, seconds, direction, move);

    private static CameraPath Over(Panel panel, (int Width, int Height)? page, FrameSize output, double seconds, ReadingDirection direction, CameraMove? move)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(seconds);
        var aspect = output.Aspect;
        move ??= MoveOver(panel.Width, panel.Height, output);
        var most = 1 + (MaxSpeed * (seconds - (2 * Math.Min(Rest, seconds / 4))));
        double middleX = panel.X + (panel.Width / 2.0), middleY = panel.Y + (panel.Height / 2.0);

        if (move == CameraMove.Pan)
        {
            // Over a panel that is not wide, the window is a little narrower than the panel, so that there is a way to go.
            var width = Math.Max(Math.Min(panel.Height * aspect, panel.Width / Zoom), panel.Width / most);
            var left = Window(panel.X + (width / 2), middleY, width);
            var right = Window(panel.X + panel.Width - (width / 2), middleY, width);
            return direction == ReadingDirection.RightToLeft
                ? new CameraPath(CameraMove.Pan, right, left, seconds)
                : new CameraPath(CameraMove.Pan, left, right, seconds);
        }

        if (move == CameraMove.TiltDown)
        {
            var height = Math.Max(Math.Min(panel.Width / aspect, panel.Height / Zoom), panel.Height / most);
            return new CameraPath(
                CameraMove.TiltDown,
                Window(middleX, panel.Y + (height / 2), height * aspect),
                Window(middleX, panel.Y + panel.Height - (height / 2), height * aspect),
                seconds);
        }

        var whole = Math.Max(panel.Width, panel.Height * aspect);
        return new CameraPath(CameraMove.PushIn, Window(middleX, middleY, whole), Window(middleX, middleY, whole / Zoom), seconds);

        CameraWindow Window(double x, double y, double width) =>
            new(Inside(x, width, page?.Width), Inside(y, width / aspect, page?.Height), width, width / aspect);
    }

    /// <summary>What the camera sees at a time since the shot's start; before and after the shot it rests at its ends.</summary>
    public CameraWindow At(double seconds)
    {
        var t = Math.Clamp((seconds - _rest) / (Seconds - (2 * _rest)), 0, 1);
        return CameraWindow.Between(Start, End, t * t * t * ((t * ((6 * t) - 15)) + 10));
    }

    /// <summary>Where a window of this length starts so that it stays on the page, or is centred on a page that is shorter.</summary>
    private static double Inside(double middle, double length, int? page) =>
        page is not { } side ? middle - (length / 2) : length >= side ? (side - length) / 2 : Math.Clamp(middle - (length / 2), 0, side - length);
}
