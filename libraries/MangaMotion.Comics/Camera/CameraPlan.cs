using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Camera;

/// <summary>
/// Plans the camera's way over one panel that stands alone, in the middle also where the window reaches over its page's edge. What is
/// read stays in the picture for as long as it is read: the camera waits for it, comes earlier, or stays farther away.
/// </summary>
public static class CameraPlan
{
    private const double Zoom = 1.15;

    /// <summary>The least by which a push comes closer and still is seen as one.</summary>
    private const double LeastZoom = 1.03;

    /// <summary>Up to so much wider or taller than the video a panel fills it, and what stands out is left over.</summary>
    private const double ShapeTolerance = 1.12;

    /// <summary>Share of a panel's height that is seen at once: less shows a bubble without the one who speaks.</summary>
    private const double SeenHeight = 0.7;

    /// <summary>Windows a second; faster and the eye cannot read along.</summary>
    private const double MaxSpeed = 0.4;

    /// <summary>Seconds of the shortest move that does not look like a jerk.</summary>
    private const double ShortestMove = 0.8;
    private const double Farther = 1.04;

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
    /// <param name="lettering">What has to be seen; where no pan or tilt shows it in time, the camera pushes in.</param>
    public static CameraPath Over(
        Panel panel, FrameSize output, double seconds, ReadingDirection direction, CameraMove? move = null, IReadOnlyList<PanelLettering>? lettering = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(seconds);
        var read = (lettering ?? []).Select(text => text.In(panel)).OfType<PanelLettering>().ToList();
        return (move ?? MoveOver(panel.Width, panel.Height, output)) switch
        {
            CameraMove.Pan => Pan(panel, output, seconds, direction, read),
            CameraMove.TiltDown => Tilt(panel, output, seconds, read),
            _ => null,
        } ?? PushIn(panel, output, seconds, read);
    }

    private static CameraPath? Pan(Panel panel, FrameSize output, double seconds, ReadingDirection direction, List<PanelLettering> lettering)
    {
        // Over a panel that is not wide, the window is a little narrower than the panel, so that there is a way to go.
        var closest = Math.Min(panel.Height * output.Aspect, panel.Width / Zoom);
        var middle = panel.Y + (panel.Height / 2.0);
        return Slide(panel.Width, closest, seconds, lettering, width =>
        {
            var left = Window(panel.X + (width / 2), middle, width, output);
            var right = Window(panel.X + panel.Width - (width / 2), middle, width, output);
            return direction == ReadingDirection.RightToLeft ? (CameraMove.Pan, right, left) : (CameraMove.Pan, left, right);
        });
    }

    private static CameraPath? Tilt(Panel panel, FrameSize output, double seconds, List<PanelLettering> lettering)
    {
        var closest = Math.Max(SeenHeight * panel.Height, Math.Min(panel.Width / output.Aspect, panel.Height / Zoom));
        var middle = panel.X + (panel.Width / 2.0);
        return Slide(panel.Height, closest, seconds, lettering, height => (
            CameraMove.TiltDown,
            Window(middle, panel.Y + (height / 2), height * output.Aspect, output),
            Window(middle, panel.Y + panel.Height - (height / 2), height * output.Aspect, output)));
    }

    /// <summary>From one end of a panel to the other, as close as its length in seconds and its lettering allow; null where nothing does.</summary>
    private static CameraPath? Slide(
        double length, double closest, double seconds, List<PanelLettering> lettering, Func<double, (CameraMove Move, CameraWindow Start, CameraWindow End)> windows)
    {
        var rest = CameraPath.Rest(seconds);
        var (first, last) = (rest, seconds - rest);
        double[] leaves = [first, .. lettering.Select(text => text.Until).Where(time => time > first)];
        double[] arrives = [last, .. lettering.Select(text => text.From).Where(time => time < last)];
        var times = leaves.SelectMany(leave => arrives.Select(arrive => (Leave: leave, Arrive: arrive))).OrderByDescending(move => move.Arrive - move.Leave).ToList();

        for (var size = Math.Max(closest, length / (1 + (MaxSpeed * (last - first)))); size < length; size *= Farther)
        {
            var (move, start, end) = windows(size);
            var shortest = Math.Max(Math.Min(ShortestMove, last - first), ((length / size) - 1) / MaxSpeed);
            foreach (var (leave, arrive) in times.TakeWhile(time => time.Arrive - time.Leave >= shortest - 1e-9))
            {
                var path = new CameraPath(move, start, end, seconds, leave, arrive);
                if (lettering.TrueForAll(text => text.IsSeen(path)))
                    return path;
            }
        }

        return null;
    }

    /// <summary>Comes closer, but not past any lettering, which would be cut off in the picture in which the camera comes to rest.</summary>
    private static CameraPath PushIn(Panel panel, FrameSize output, double seconds, List<PanelLettering> lettering)
    {
        double middleX = panel.X + (panel.Width / 2.0), middleY = panel.Y + (panel.Height / 2.0);
        var whole = Math.Max(panel.Width, panel.Height * output.Aspect);
        var filled = Math.Min(panel.Width, panel.Height * output.Aspect);
        var start = Window(middleX, middleY, filled, output);
        if (whole > ShapeTolerance * filled || !lettering.TrueForAll(text => text.IsIn(start)))
            start = Window(middleX, middleY, whole, output);

        for (var zoom = Zoom; zoom >= LeastZoom; zoom -= 0.01)
        {
            double width = start.Width / zoom, height = start.Height / zoom;
            if (Aim(middleX, width, lettering.Select(text => (text.X, text.X + text.Width)), start.X, start.X + start.Width) is { } x
                && Aim(middleY, height, lettering.Select(text => (text.Y, text.Y + text.Height)), start.Y, start.Y + start.Height) is { } y)
                return new CameraPath(CameraMove.PushIn, start, Window(x, y, width, output), seconds);
        }

        // The lettering reaches from edge to edge.
        return new CameraPath(CameraMove.PushIn, Window(middleX, middleY, whole * (1 + ((Zoom - 1) / 2)), output), Window(middleX, middleY, whole, output), seconds);
    }

    /// <summary>The middle of a window of this length nearest to another one, that holds all texts and does not leave its bounds; null where there is none.</summary>
    private static double? Aim(double middle, double length, IEnumerable<(double From, double To)> texts, double from, double to)
    {
        double least = from + (length / 2), most = to - (length / 2);
        foreach (var text in texts)
            (least, most) = (Math.Max(least, text.To - (length / 2)), Math.Min(most, text.From + (length / 2)));
        return least > most ? null : Math.Clamp(middle, least, most);
    }

    private static CameraWindow Window(double x, double y, double width, FrameSize output) =>
        new(x - (width / 2), y - (width / output.Aspect / 2), width, width / output.Aspect);
}
