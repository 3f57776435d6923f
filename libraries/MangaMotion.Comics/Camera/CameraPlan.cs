using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Camera;

/// <summary>
/// Plans the camera path over one panel. The panel is centred, also if the window then extends beyond the page. Lettering stays visible
/// while it is read: the camera starts later, arrives earlier, or shows more of the panel.
/// </summary>
/// <remarks>The constants were chosen by eye on the bundled chapter; <c>CameraPathTests</c> holds them.</remarks>
public static class CameraPlan
{
    private const double MaxZoom = 1.15;

    /// <summary>Smallest zoom that is seen as a push.</summary>
    private const double MinZoom = 1.03;
    private const double ZoomStep = 0.01;

    /// <summary>Ratio to the video's aspect up to which a panel fills the frame, with its overhanging parts cut off.</summary>
    private const double AspectTolerance = 1.12;

    /// <summary>Minimum share of a panel's height in a tilt's window. With less, a bubble is shown without its speaker.</summary>
    private const double MinTiltHeight = 0.7;

    /// <summary>Maximum speed in windows per second; a faster move cannot be read.</summary>
    private const double MaxSpeed = 0.4;

    /// <summary>Seconds of the shortest move that does not look like a jerk.</summary>
    private const double MinMoveSeconds = 0.8;

    /// <summary>Factor by which the window grows from one attempt to the next.</summary>
    private const double WindowGrowth = 1.04;

    /// <summary>Chooses the move that fits a panel's shape.</summary>
    public static CameraMove ChooseMove(int width, int height, FrameSize output) => ((double)width / height / output.Aspect) switch
    {
        > AspectTolerance => CameraMove.Pan,
        < 1 / AspectTolerance => CameraMove.TiltDown,
        _ => CameraMove.PushIn,
    };

    /// <summary>Plans the path over a panel.</summary>
    /// <param name="panel">Panel in page pixels.</param>
    /// <param name="seconds">Length of the shot, more than 0.</param>
    /// <param name="move">Camera move; null for the move that fits the panel's shape.</param>
    /// <param name="lettering">Lettering that must be visible. If no pan or tilt shows it in time, the camera pushes in.</param>
    public static CameraPath PlanPath(
        Panel panel, FrameSize output, double seconds, ReadingDirection direction, CameraMove? move = null,
        IReadOnlyList<PanelLettering>? lettering = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(seconds);
        var clipped = (lettering ?? []).Select(text => text.ClipToPanel(panel)).OfType<PanelLettering>().ToList();
        return (move ?? ChooseMove(panel.Width, panel.Height, output)) switch
        {
            CameraMove.Pan => PlanPan(panel, output, seconds, direction, clipped),
            CameraMove.TiltDown => PlanTilt(panel, output, seconds, clipped),
            _ => null,
        } ?? PlanPush(panel, output, seconds, clipped);
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
            return direction == ReadingDirection.RightToLeft ? (right, left) : (left, right);
        });
    }

    private static CameraPath? PlanTilt(Panel panel, FrameSize output, double seconds, List<PanelLettering> lettering)
    {
        var minHeight = Math.Max(MinTiltHeight * panel.Height, Math.Min(panel.Width / output.Aspect, panel.Height / MaxZoom));
        var middle = panel.X + (panel.Width / 2.0);
        return PlanSlide(CameraMove.TiltDown, panel.Height, minHeight, seconds, lettering, height => (
            CreateWindow(middle, panel.Y + (height / 2), height * output.Aspect, output),
            CreateWindow(middle, panel.Y + panel.Height - (height / 2), height * output.Aspect, output)));
    }

    /// <summary>Plans a move from one end of a panel to the other with the smallest window that shows all lettering in time.</summary>
    /// <param name="length">Length of the panel along the move, in page pixels.</param>
    /// <param name="minSize">Minimum length of the window along the move, in page pixels.</param>
    /// <param name="createWindows">Creates the first and last window of this length.</param>
    /// <returns>The path; null if no window shows all lettering in time.</returns>
    private static CameraPath? PlanSlide(
        CameraMove move, double length, double minSize, double seconds, List<PanelLettering> lettering,
        Func<double, (CameraWindow Start, CameraWindow End)> createWindows)
    {
        var rest = CameraPath.GetRest(seconds);
        var (earliest, latest) = (rest, seconds - rest);
        double[] starts = [earliest, .. lettering.Select(text => text.Until).Where(time => time > earliest)];
        double[] ends = [latest, .. lettering.Select(text => text.From).Where(time => time < latest)];
        var times = starts.SelectMany(start => ends.Select(end => (Start: start, End: end)))
            .OrderByDescending(time => time.End - time.Start).ToList();

        for (var size = Math.Max(minSize, length / (1 + (MaxSpeed * (latest - earliest)))); size < length; size *= WindowGrowth)
        {
            var (first, last) = createWindows(size);
            var minSeconds = Math.Max(Math.Min(MinMoveSeconds, latest - earliest), ((length / size) - 1) / MaxSpeed);
            foreach (var (start, end) in times.TakeWhile(time => time.End - time.Start >= minSeconds - 1e-9))
            {
                var path = new CameraPath(move, first, last, seconds, start, end);
                if (lettering.TrueForAll(text => text.IsVisible(path)))
                    return path;
            }
        }

        return null;
    }

    /// <summary>Plans a zoom that keeps all lettering in its last window.</summary>
    private static CameraPath PlanPush(Panel panel, FrameSize output, double seconds, List<PanelLettering> lettering)
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
            var x = FindMiddle(middleX, width, lettering.Select(text => (text.X, text.X + text.Width)), start.X, start.X + start.Width);
            var y = FindMiddle(middleY, height, lettering.Select(text => (text.Y, text.Y + text.Height)), start.Y, start.Y + start.Height);
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

    private static CameraWindow CreateWindow(double middleX, double middleY, double width, FrameSize output) =>
        new(middleX - (width / 2), middleY - (width / output.Aspect / 2), width, width / output.Aspect);
}
