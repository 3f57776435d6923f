using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Camera;

/// <summary>Lettering that has to be in the picture while it is read: its box in pixels of the page, and when, in seconds since the shot's start.</summary>
public sealed record PanelLettering(double X, double Y, double Width, double Height, double From, double Until)
{
    /// <summary>Shares of the lettering's shorter side, and of the panel's longer one, that are kept free around it: bubbles and captions have a rim.</summary>
    private const double Rim = 0.4;
    private const double PanelRim = 0.02;

    /// <summary>Seconds by which a reader may be behind the voice.</summary>
    private const double Behind = 0.2;
    private const double Step = 1.0 / 15;

    /// <summary>Says when each box is read while a line is spoken, as its size has it.</summary>
    /// <param name="boxes">In the order in which they are read.</param>
    /// <param name="from">Seconds since the shot's start at which the line begins.</param>
    /// <param name="until">Seconds at which it ends.</param>
    public static IReadOnlyList<PanelLettering> Read(IEnumerable<(double X, double Y, double Width, double Height)> boxes, double from, double until)
    {
        var all = boxes.ToList();
        var size = all.Sum(box => box.Width * box.Height);
        var read = new List<PanelLettering>(all.Count);
        var done = 0.0;
        foreach (var (x, y, width, height) in all)
        {
            var begin = from + ((until - from) * done / size);
            done += width * height;
            read.Add(new PanelLettering(x, y, width, height, begin, from + ((until - from) * done / size) + Behind));
        }

        return read;
    }

    /// <summary>With its rim, as far as it lies in the panel; null where all of it lies elsewhere.</summary>
    internal PanelLettering? In(Panel panel)
    {
        var rim = Math.Max(Rim * Math.Min(Width, Height), PanelRim * Math.Max(panel.Width, panel.Height));
        double left = Math.Max(panel.X, X - rim), top = Math.Max(panel.Y, Y - rim);
        double right = Math.Min(panel.X + panel.Width, X + Width + rim), bottom = Math.Min(panel.Y + panel.Height, Y + Height + rim);
        return right > left && bottom > top ? this with { X = left, Y = top, Width = right - left, Height = bottom - top } : null;
    }

    /// <summary>Whether all of it is seen for as long as it is read.</summary>
    internal bool IsSeen(CameraPath path)
    {
        for (var time = From; time < Until; time += Step)
        {
            if (!IsIn(path.At(time)))
                return false;
        }

        return IsIn(path.At(Math.Max(From, Until)));
    }

    internal bool IsIn(CameraWindow window)
    {
        const double Tolerance = 0.01;
        return X >= window.X - Tolerance && Y >= window.Y - Tolerance
            && X + Width <= window.X + window.Width + Tolerance && Y + Height <= window.Y + window.Height + Tolerance;
    }
}
