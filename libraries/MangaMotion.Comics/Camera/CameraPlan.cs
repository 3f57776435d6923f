using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Camera;

/// <summary>
/// Plans the camera path over one panel. The panel is centred, also if the window then extends beyond the page. Lettering stays visible
/// while it is read: the camera starts later, arrives earlier, or shows more of the panel.
/// </summary>
/// <remarks>The constants were chosen by eye on the bundled chapter; <c>CameraPathTests</c> holds them.</remarks>
public static class CameraPlan
{
    internal const double MaxZoom = 1.15;

    /// <summary>Smallest zoom that is seen as a push.</summary>
    private const double MinZoom = 1.03;
    private const double ZoomStep = 0.01;

    /// <summary>Ratio to the video's aspect up to which a panel fills the frame, with its overhanging parts cut off.</summary>
    private const double AspectTolerance = 1.12;

    /// <summary>Minimum share of a panel's height in a tilt's window. With less, a bubble is shown without its speaker.</summary>
    internal const double MinTiltHeight = 0.7;

    /// <summary>Minimum size of a tilt's last window, as a share of its first one.</summary>
    private const double MinTiltEnd = 0.75;

    /// <summary>Maximum speed in windows per second; a faster move cannot be read.</summary>
    internal const double MaxSpeed = 0.4;

    /// <summary>Seconds of the shortest move that does not look like a jerk.</summary>
    private const double MinMoveSeconds = 0.8;

    /// <summary>Share of the frame's height that a panel fills. With less, the picture is a strip between two backdrops.</summary>
    internal const double MinPictureHeight = 0.8;

    /// <summary>Seconds that the longest tilt needs after the voice has read the lettering, with the rest at its end.</summary>
    internal const double SecondsAfterLettering =
        PanelLettering.ReaderDelay + (((1 / MinTiltHeight) - 1) / MaxSpeed) + CameraPath.MaxRest;

    /// <summary>Factor by which the window grows from one attempt to the next.</summary>
    internal const double WindowGrowth = 1.04;

    /// <summary>Chooses the move that fits a panel's shape.</summary>
    public static CameraMove ChooseMove(int width, int height, FrameSize output) => ((double)width / height / output.Aspect) switch
    {
        > AspectTolerance => CameraMove.Pan,
        < 1 / AspectTolerance => CameraMove.TiltDown,
        _ => CameraMove.PushIn,
    };

    /// <summary>Gets the width of the largest window of a pan that the panel fills, in page pixels.</summary>
    internal static double GetFullWindowWidth(double panelHeight, FrameSize output) => panelHeight / MinPictureHeight * output.Aspect;

    /// <summary>Plans the path over a panel.</summary>
    /// <param name="panel">Panel in page pixels.</param>
    /// <param name="seconds">Length of the shot, more than 0.</param>
    /// <param name="move">Camera move; null for the move that fits the panel's shape.</param>
    /// <param name="lettering">Lettering that must be visible. If no pan or tilt shows it in time, the camera pushes in.</param>
    /// <param name="focus">
    /// Point of the panel, in page pixels, that is shown if not all of the panel can be; null for its middle.
    /// </param>
    public static CameraPath PlanPath(
        Panel panel, FrameSize output, double seconds, ReadingDirection direction, CameraMove? move = null,
        IReadOnlyList<PanelLettering>? lettering = null, PagePoint? focus = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(seconds);
        var aim = focus ?? new PagePoint(panel.X + (panel.Width / 2.0), panel.Y + (panel.Height / 2.0));
        var clipped = (lettering ?? []).Select(text => text.ClipToPanel(panel)).OfType<PanelLettering>().ToList();
        return (move ?? ChooseMove(panel.Width, panel.Height, output)) switch
        {
            CameraMove.Pan => new CroppedPan(panel, output, seconds, direction, clipped, aim).Plan()
                ?? PlanPan(panel, output, seconds, direction, clipped),
            CameraMove.TiltDown => PlanTilt(panel, output, seconds, clipped, aim),
            _ => null,
        } ?? PlanPush(panel, output, seconds, clipped, aim);
    }

    private static CameraPath? PlanPan(
        Panel panel, FrameSize output, double seconds, ReadingDirection direction, List<PanelLettering> lettering)
    {
        // In a panel that is not wide, the window is a little narrower than the panel, so that the camera can move.
        var minWidth = Math.Min(panel.Height * output.Aspect, panel.Width / MaxZoom);
        var middle = panel.Y + (panel.Height / 2.0);
        return PlanSlide(CameraMove.Pan, panel.Width, minWidth, seconds, lettering, width =>
        {
            var left = CreateWindow(panel.X + (width / 2), middle, width, output);
            var right = CreateWindow(panel.X + panel.Width - (width / 2), middle, width, output);
            return direction == ReadingDirection.RightToLeft ? (right, [left]) : (left, [right]);
        });
    }

    private static CameraPath? PlanTilt(Panel panel, FrameSize output, double seconds, List<PanelLettering> lettering, PagePoint aim)
    {
        var minHeight = Math.Max(MinTiltHeight * panel.Height, Math.Min(panel.Width / output.Aspect, panel.Height / MaxZoom));
        var middle = panel.X + (panel.Width / 2.0);
        return PlanSlide(CameraMove.TiltDown, panel.Height, minHeight, seconds, lettering, height =>
            (CreateWindow(middle, panel.Y + (height / 2), height * output.Aspect, output), ListEnds(height)));

        // A smaller last window can leave a bubble at the top out, instead of cutting it.
        IEnumerable<CameraWindow> ListEnds(double height)
        {
            for (var end = height; end >= height * MinTiltEnd; end *= 1 - ZoomStep)
            {
                var width = end * output.Aspect;
                var x = width >= panel.Width ? middle : Math.Clamp(aim.X, panel.X + (width / 2), panel.X + panel.Width - (width / 2));
                yield return CreateWindow(end == height ? middle : x, panel.Y + panel.Height - (end / 2), width, output);
            }
        }
    }

    /// <summary>
    /// Plans a move from one end of a panel to the other with the smallest window that shows all lettering in time. Neither the first nor
    /// the last window cuts lettering, if that can be avoided.
    /// </summary>
    /// <param name="length">Length of the panel along the move, in page pixels.</param>
    /// <param name="minSize">Minimum length of the window along the move, in page pixels.</param>
    /// <param name="createWindows">Creates the first window of this length and the last windows that are tried after it.</param>
    /// <returns>The path; null if no window shows all lettering in time.</returns>
    private static CameraPath? PlanSlide(
        CameraMove move, double length, double minSize, double seconds, List<PanelLettering> lettering,
        Func<double, (CameraWindow Start, IEnumerable<CameraWindow> Ends)> createWindows)
    {
        var times = CameraTimes.List(0, seconds, lettering).ToList();
        var longest = times[0].End - times[0].Start;
        var smallest = Math.Max(minSize, length / (1 + (MaxSpeed * longest)));
        return ListPaths(mayCut: false).FirstOrDefault() ?? ListPaths(mayCut: true).FirstOrDefault();

        IEnumerable<CameraPath> ListPaths(bool mayCut)
        {
            for (var size = smallest; size < length; size *= WindowGrowth)
            {
                var (first, ends) = createWindows(size);
                if (!mayCut && lettering.Exists(text => text.IsCutBy(first)))
                    continue;
                var minSeconds = Math.Max(Math.Min(MinMoveSeconds, longest), ((length / size) - 1) / MaxSpeed);
                var possible = times.TakeWhile(time => time.End - time.Start >= minSeconds - 1e-9);
                foreach (var last in ends.Where(last => mayCut || !lettering.Exists(text => text.IsCutBy(last))))
                {
                    foreach (var path in possible.Select(time => new CameraPath(move, first, last, seconds, time.Start, time.End)))
                    {
                        if (lettering.TrueForAll(text => text.IsVisible(path)))
                            yield return path;
                    }
                }
            }
        }
    }

    /// <summary>Plans a zoom that keeps all lettering in its last window.</summary>
    private static CameraPath PlanPush(
        Panel panel, FrameSize output, double seconds, List<PanelLettering> lettering, PagePoint aim)
    {
        double middleX = panel.X + (panel.Width / 2.0), middleY = panel.Y + (panel.Height / 2.0);
        var wholeWidth = Math.Max(panel.Width, panel.Height * output.Aspect);
        var filledWidth = Math.Min(panel.Width, panel.Height * output.Aspect);
        var start = CreateWindow(middleX, middleY, filledWidth, output);
        if (wholeWidth > AspectTolerance * filledWidth || !lettering.TrueForAll(text => text.FitsIn(start)))
            start = CreateWindow(middleX, middleY, wholeWidth, output);

        for (var zoom = MaxZoom; zoom >= MinZoom; zoom -= ZoomStep)
        {
            double width = start.Width / zoom, height = start.Height / zoom;
            // In a direction in which the window is larger than the panel, the panel stays in the middle.
            var aimX = width < panel.Width ? aim.X : middleX;
            var aimY = height < panel.Height ? aim.Y : middleY;
            var x = FindMiddle(aimX, width, lettering.Select(text => (text.X, text.X + text.Width)), start.X, start.X + start.Width);
            var y = FindMiddle(aimY, height, lettering.Select(text => (text.Y, text.Y + text.Height)), start.Y, start.Y + start.Height);
            if (x is { } endX && y is { } endY)
                return new CameraPath(CameraMove.PushIn, start, CreateWindow(endX, endY, width, output), seconds);
        }

        // The lettering fills the panel from edge to edge: start a little farther away and end with the whole panel.
        var far = CreateWindow(middleX, middleY, wholeWidth * (1 + ((MaxZoom - 1) / 2)), output);
        return new CameraPath(CameraMove.PushIn, far, CreateWindow(middleX, middleY, wholeWidth, output), seconds);
    }

    /// <summary>Finds the middle of a window, nearest to a given middle, that contains all texts and stays within bounds.</summary>
    /// <param name="length">Length of the window.</param>
    /// <returns>The middle; null if there is none.</returns>
    private static double? FindMiddle(double middle, double length, IEnumerable<(double From, double To)> texts, double from, double to)
    {
        double min = from + (length / 2), max = to - (length / 2);
        foreach (var text in texts)
            (min, max) = (Math.Max(min, text.To - (length / 2)), Math.Min(max, text.From + (length / 2)));
        return min > max ? null : Math.Clamp(middle, min, max);
    }

    internal static CameraWindow CreateWindow(double middleX, double middleY, double width, FrameSize output) =>
        new(middleX - (width / 2), middleY - (width / output.Aspect / 2), width, width / output.Aspect);
}
