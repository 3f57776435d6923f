using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Camera;

/// <summary>Lettering that must be visible while it is read.</summary>
/// <param name="X">Left side of its box in page pixels.</param>
/// <param name="Y">Top side of its box in page pixels.</param>
/// <param name="From">Seconds since the shot's start at which reading starts.</param>
/// <param name="Until">Seconds since the shot's start at which reading ends.</param>
/// <remarks>The constants were chosen by eye on the bundled chapter; <c>CameraPathTests</c> holds them.</remarks>
public sealed record PanelLettering(double X, double Y, double Width, double Height, double From, double Until)
{
    // Free space around the lettering for the rim of a bubble or caption: shares of its shorter side and of the panel's longer side.
    private const double Rim = 0.4;
    private const double PanelRim = 0.02;

    /// <summary>Seconds by which a reader can be behind the voice.</summary>
    private const double ReaderDelay = 0.2;

    private const double TimeStep = 1.0 / 15;

    /// <summary>Assigns each box a part of a spoken line's time, in proportion to its area.</summary>
    /// <param name="boxes">Boxes in reading order, in page pixels.</param>
    /// <param name="from">Seconds since the shot's start at which the line starts.</param>
    /// <param name="until">Seconds since the shot's start at which the line ends.</param>
    public static IReadOnlyList<PanelLettering> ScheduleBoxes(
        IEnumerable<(double X, double Y, double Width, double Height)> boxes, double from, double until)
    {
        var all = boxes.ToList();
        var area = all.Sum(box => box.Width * box.Height);
        var scheduled = new List<PanelLettering>(all.Count);
        var done = 0.0;
        foreach (var (x, y, width, height) in all)
        {
            var start = from + ((until - from) * done / area);
            done += width * height;
            scheduled.Add(new PanelLettering(x, y, width, height, start, from + ((until - from) * done / area) + ReaderDelay));
        }

        return scheduled;
    }

    /// <summary>Adds the rim and clips the box to a panel; null if the box lies outside the panel.</summary>
    internal PanelLettering? ClipToPanel(Panel panel)
    {
        var rim = Math.Max(Rim * Math.Min(Width, Height), PanelRim * Math.Max(panel.Width, panel.Height));
        double left = Math.Max(panel.X, X - rim), top = Math.Max(panel.Y, Y - rim);
        double right = Math.Min(panel.X + panel.Width, X + Width + rim), bottom = Math.Min(panel.Y + panel.Height, Y + Height + rim);
        return right > left && bottom > top ? this with { X = left, Y = top, Width = right - left, Height = bottom - top } : null;
    }

    /// <summary>Whether the whole box is visible on a path while it is read.</summary>
    internal bool IsVisible(CameraPath path)
    {
        for (var time = From; time < Until; time += TimeStep)
        {
            if (!FitsIn(path.GetWindow(time)))
                return false;
        }

        return FitsIn(path.GetWindow(Math.Max(From, Until)));
    }

    internal bool FitsIn(CameraWindow window)
    {
        const double Tolerance = 0.01;
        return X >= window.X - Tolerance && Y >= window.Y - Tolerance
            && X + Width <= window.X + window.Width + Tolerance && Y + Height <= window.Y + window.Height + Tolerance;
    }
}
