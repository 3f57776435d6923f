using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Camera;

/// <summary>
/// Plans the path over a panel that is wider than the frame, so that the panel fills most of the frame's height. If the shot is too short
/// for all of the panel, the camera moves over the part around the focus. If lettering that is read in turn lies too far apart, the camera
/// cuts from one part to the next when the voice goes on to it. Lettering that needs a wider window is shown from farther away while it is
/// read; then the camera cuts to a part without it.
/// </summary>
/// <remarks>
/// The constants were chosen by eye on contact sheets of the bundled chapter in three sizes; <c>CameraPathTests</c> holds them.
/// </remarks>
internal sealed class CroppedPan(
    Panel panel, FrameSize output, double seconds, ReadingDirection direction, IReadOnlyList<PanelLettering> lettering, PagePoint aim)
{
    /// <summary>Number of places along the panel that are tried.</summary>
    private const int Places = 13;

    /// <summary>Number of start and end times that are tried, the slowest move first.</summary>
    private const int MaxTimes = 36;

    /// <summary>Seconds of the shortest part of a shot between two cuts.</summary>
    private const double MinPartSeconds = 0.9;

    /// <summary>Seconds of the shortest part that shows the picture after lettering was read from farther away.</summary>
    private const double MinCloseSeconds = 1.2;

    /// <summary>Minimum height of the window of such a part, as a share of the panel's.</summary>
    private const double MinCloseHeight = 0.55;

    /// <summary>Zoom of a push on one place.</summary>
    private const double Push = 1.03;

    /// <summary>
    /// Speeds in windows per second that are tried in this order. The slow ones keep a bubble in the frame, the fast one goes from one
    /// bubble to the next, and with 0 the camera pushes in on one place.
    /// </summary>
    private static readonly double[] Speeds = [CameraPlan.MaxSpeed, 0.2, 0.1, 0.03, 0.7, 0];

    /// <summary>Zoom of the push in such a part.</summary>
    private const double ClosePush = 1.06;

    /// <summary>Places of such a window between the top, 0, and the bottom of the panel, 1.</summary>
    private static readonly double[] CloseHeights = [0.5, 0, 1];

    private readonly double _fullHeight = panel.Height / CameraPlan.MinPictureHeight;

    /// <returns>The path; null if lettering needs a wider window for nearly all of the shot.</returns>
    public CameraPath? Plan() =>
        PlanPart(new(0, seconds), lettering, aim, mayCut: false)
        ?? PlanParts(mayCut: false, mayBeSmall: false)
        ?? PlanPart(new(0, seconds), lettering, aim, mayCut: true)
        ?? PlanParts(mayCut: true, mayBeSmall: false)
        ?? PlanParts(mayCut: false, mayBeSmall: true)
        ?? PlanParts(mayCut: true, mayBeSmall: true);

    /// <summary>Plans parts from the back, because a path knows the one that follows it.</summary>
    /// <param name="mayCut">Whether a first or last window may cut lettering.</param>
    /// <param name="mayBeSmall">Whether lettering may be shown from farther away.</param>
    private CameraPath? PlanParts(bool mayCut, bool mayBeSmall)
    {
        var (count, until) = (lettering.Count, seconds);
        CameraPath? next = null;
        if (mayBeSmall && count > 0)
        {
            var read = lettering[^1].Until + PanelLettering.TimeStep;
            if (seconds - read >= MinCloseSeconds && PlanClose(read) is { } close)
                (next, until) = (close, read);
        }

        while (count > 0)
        {
            var part = ListParts().FirstOrDefault();
            if (part.Path is null)
                return null;
            (next, count, until) = (part.Path, part.First, part.From);
        }

        return next;

        IEnumerable<(CameraPath? Path, int First, double From)> ListParts()
        {
            // A part that fills the frame takes all lettering it can. One that is shown from farther away takes no more than it must.
            var full = Enumerable.Range(0, count).Select(first => (first, Height: _fullHeight));
            var small = Enumerable.Range(0, count).Reverse().Select(first => (first, Height: panel.Width / output.Aspect));
            foreach (var (first, maxHeight) in mayBeSmall ? full.Concat(small) : full)
            {
                var from = first == 0 ? 0 : lettering[first].From;
                if (until - from < MinPartSeconds)
                    continue;
                var texts = lettering.Skip(first).Take(count - first).ToList();
                if (PlanPart(new(from, until), texts, FindMiddle(texts), mayCut, next, maxHeight) is { } path)
                    yield return (path, first, from);
            }
        }
    }

    private static PagePoint FindMiddle(List<PanelLettering> texts) =>
        new(texts.Average(text => text.X + (text.Width / 2)), texts.Average(text => text.Y + (text.Height / 2)));

    /// <summary>Plans one part of the shot.</summary>
    /// <param name="texts">Lettering that is read in this part.</param>
    /// <param name="target">Point near which the part is shown.</param>
    /// <param name="next">Path that follows; null in the last part.</param>
    /// <param name="maxHeight">Maximum height of the window; null if the panel fills most of it.</param>
    private CameraPath? PlanPart(
        Part part, IReadOnlyList<PanelLettering> texts, PagePoint target, bool mayCut, CameraPath? next = null, double? maxHeight = null)
    {
        var times = CameraTimes.List(part.From, part.Until, texts).Where(time => time.End > time.Start).Take(MaxTimes).ToList();
        // In a panel that is hardly wider than the frame, the window is a little narrower, so that the camera can move.
        var smallest = Math.Min(panel.Height, panel.Width / CameraPlan.MaxZoom / output.Aspect);
        foreach (var height in ListHeights(smallest, maxHeight ?? _fullHeight))
        {
            var width = height * output.Aspect;
            if (width >= panel.Width)
                break;
            foreach (var speed in Speeds)
            {
                foreach (var (start, end) in times)
                {
                    var travel = Math.Min(panel.Width - width, speed * width * (end - start));
                    foreach (var left in ListPlaces(panel.Width - width - travel, target.X - ((width + travel) / 2)))
                    {
                        var path = CreatePath(left, travel, width, start, end, next, part.Until);
                        if ((mayCut || !IsCutAtRest(path)) && texts.All(text => text.IsVisible(path.GetOwnWindow)))
                            return path;
                    }
                }
            }
        }

        return null;
    }

    private static IEnumerable<double> ListHeights(double from, double to)
    {
        for (var height = from; height < to; height *= CameraPlan.WindowGrowth)
            yield return height;
        yield return to;
    }

    /// <summary>Whether the first or last window cuts any lettering of the shot.</summary>
    private bool IsCutAtRest(CameraPath path) => lettering.Any(text => text.IsCutBy(path.Start) || text.IsCutBy(path.End));

    /// <summary>
    /// Plans a push on the largest part of the panel that cuts no lettering, with the focus near its middle if possible; null if there is
    /// none.
    /// </summary>
    /// <param name="start">Seconds since the shot's start.</param>
    private CameraPath? PlanClose(double start)
    {
        return ListPaths(maxAside: 0.25).FirstOrDefault() ?? ListPaths(maxAside: double.MaxValue).FirstOrDefault();

        IEnumerable<CameraPath> ListPaths(double maxAside)
        {
            for (var height = (double)panel.Height; height >= MinCloseHeight * panel.Height; height /= CameraPlan.WindowGrowth)
            {
                var width = height * output.Aspect;
                if (width > panel.Width)
                    continue;
                foreach (var x in ListPlaces(panel.Width - width, aim.X - (width / 2)).Select(left => left + (width / 2)))
                {
                    foreach (var y in CloseHeights.Select(share => panel.Y + (height / 2) + (share * (panel.Height - height))))
                    {
                        var path = new CameraPath(
                            CameraMove.PushIn, CameraPlan.CreateWindow(x, y, width, output),
                            CameraPlan.CreateWindow(x, y, width / ClosePush, output), seconds, start, seconds);
                        if (Math.Abs(x - aim.X) <= maxAside * width && !IsCutAtRest(path))
                            yield return path;
                    }
                }
            }
        }
    }

    private CameraPath CreatePath(double left, double travel, double width, double start, double end, CameraPath? next, double until)
    {
        var middle = panel.Y + (panel.Height / 2.0);
        var near = CameraPlan.CreateWindow(left + (width / 2), middle, width, output);
        if (travel <= 0)
        {
            var wide = Math.Min(panel.Width, width * Push);
            var x = Math.Clamp(left - ((wide - width) / 2), panel.X, panel.X + panel.Width - wide);
            var whole = CameraPlan.CreateWindow(x + (wide / 2), middle, wide, output);
            return new(CameraMove.PushIn, whole, near, seconds, start, end) { Next = next, NextAt = until };
        }

        var far = CameraPlan.CreateWindow(left + travel + (width / 2), middle, width, output);
        var (first, last) = direction == ReadingDirection.RightToLeft ? (far, near) : (near, far);
        return new(CameraMove.Pan, first, last, seconds, start, end) { Next = next, NextAt = until };
    }

    /// <summary>Lists places for the left side of a move, those nearest to a wanted place first.</summary>
    /// <param name="range">Length along the panel over which the places are spread.</param>
    private IEnumerable<double> ListPlaces(double range, double wanted)
    {
        var nearest = Math.Clamp(wanted, panel.X, panel.X + range);
        return Enumerable.Range(0, Places).Select(i => panel.X + (range * i / (Places - 1))).Prepend(nearest)
            .OrderBy(place => Math.Abs(place - nearest));
    }

    /// <param name="From">Seconds since the shot's start.</param>
    /// <param name="Until">Seconds since the shot's start.</param>
    private readonly record struct Part(double From, double Until);
}
