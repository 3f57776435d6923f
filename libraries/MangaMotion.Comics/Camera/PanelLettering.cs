using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;
using MangaMotion.Comics.Subtitles;

namespace MangaMotion.Comics.Camera;

/// <summary>Bubble, caption or noise that must be visible while it is read.</summary>
/// <param name="X">Left side of its box in page pixels.</param>
/// <param name="Y">Top side of its box in page pixels.</param>
/// <param name="From">Seconds since the shot's start at which reading starts.</param>
/// <param name="Until">Seconds since the shot's start at which reading ends.</param>
/// <remarks>The constants were chosen by eye on the bundled chapter; <c>CameraPathTests</c> holds them.</remarks>
public sealed record PanelLettering(double X, double Y, double Width, double Height, double From, double Until)
{
    /// <summary>Free space around the box, as a share of the panel's shorter side.</summary>
    private const double Margin = 0.02;

    /// <summary>Seconds by which a reader can be behind the voice.</summary>
    internal const double ReaderDelay = 0.35;

    /// <summary>Seconds before the voice from which the first bubble is visible, so that its reader finds it.</summary>
    private const double Lead = 0.3;

    /// <summary>Seconds between two checks of a path.</summary>
    internal const double TimeStep = 1.0 / 15;

    // Box without the margin.
    private double _left = X, _top = Y, _right = X + Width, _bottom = Y + Height;

    /// <summary>Extends the times of bubbles that are read one after the other for the reader.</summary>
    /// <param name="lettering">Bubbles in reading order, with the times in which the voice says them.</param>
    public static IReadOnlyList<PanelLettering> ExtendForReader(IEnumerable<PanelLettering> lettering) =>
        [.. lettering.Select((text, i) => text with
        {
            From = i == 0 ? Math.Max(0, text.From - Lead) : text.From,
            Until = text.Until + ReaderDelay,
        })];

    /// <summary>Divides the time of a spoken line between its bubbles.</summary>
    /// <param name="weights">Length of each bubble's text, in any unit.</param>
    /// <param name="words">Words of the line, in seconds since the shot's start; empty for a line that is not spoken.</param>
    /// <param name="from">Seconds since the shot's start at which the line starts.</param>
    /// <param name="until">Seconds since the shot's start at which the line ends.</param>
    /// <returns>Start and end of each bubble in seconds since the shot's start.</returns>
    public static IReadOnlyList<(double From, double Until)> DivideTime(
        IReadOnlyList<double> weights, IReadOnlyList<TimedWord> words, double from, double until)
    {
        var total = Math.Max(double.Epsilon, weights.Sum());
        // Share of the line before each word, and 1 at its end.
        var shares = new List<double> { 0 };
        var letters = words.Sum(word => (double)Math.Max(1, Letters.CountSpoken(word.Text)));
        foreach (var word in words)
            shares.Add(shares[^1] + (Math.Max(1, Letters.CountSpoken(word.Text)) / letters));

        var times = new List<(double From, double Until)>(weights.Count);
        var done = 0.0;
        foreach (var weight in weights)
        {
            var (start, end) = (done / total, (done + weight) / total);
            done += weight;
            times.Add(words.Count == 0
                ? (from + ((until - from) * start), from + ((until - from) * end))
                : (words[Math.Min(FindNearest(start), words.Count - 1)].Start, words[Math.Max(FindNearest(end), 1) - 1].End));
        }

        return times;

        int FindNearest(double share) => Enumerable.Range(0, shares.Count).MinBy(i => Math.Abs(shares[i] - share));
    }

    /// <summary>Adds the margin and clips the box to a panel; null if the box lies outside the panel.</summary>
    internal PanelLettering? ClipToPanel(Panel panel)
    {
        var margin = Margin * Math.Min(panel.Width, panel.Height);
        double right = panel.X + panel.Width, bottom = panel.Y + panel.Height;
        double left = Math.Max(panel.X, X - margin), top = Math.Max(panel.Y, Y - margin);
        var clipped = this with
        {
            X = left,
            Y = top,
            Width = Math.Min(right, X + Width + margin) - left,
            Height = Math.Min(bottom, Y + Height + margin) - top,
            _left = Math.Max(panel.X, X),
            _top = Math.Max(panel.Y, Y),
            _right = Math.Min(right, X + Width),
            _bottom = Math.Min(bottom, Y + Height),
        };
        return clipped is { Width: > 0, Height: > 0 } ? clipped : null;
    }

    /// <summary>Whether the whole box is visible on a path while it is read.</summary>
    internal bool IsVisible(CameraPath path) => IsVisible(path.GetWindow);

    /// <summary>Whether the whole box is in the windows while it is read.</summary>
    internal bool IsVisible(Func<double, CameraWindow> getWindow)
    {
        for (var time = From; time < Until; time += TimeStep)
        {
            if (!FitsIn(getWindow(time)))
                return false;
        }

        return FitsIn(getWindow(Math.Max(From, Until)));
    }

    /// <summary>Whether a window contains the box with its margin.</summary>
    internal bool FitsIn(CameraWindow window)
    {
        const double Tolerance = 0.01;
        return X >= window.X - Tolerance && Y >= window.Y - Tolerance
            && X + Width <= window.X + window.Width + Tolerance && Y + Height <= window.Y + window.Height + Tolerance;
    }

    /// <summary>Whether an edge of a window runs through the box.</summary>
    internal bool IsCutBy(CameraWindow window)
    {
        const double Tolerance = 1;
        double right = window.X + window.Width, bottom = window.Y + window.Height;
        var outside = _right <= window.X + Tolerance || _left >= right - Tolerance
            || _bottom <= window.Y + Tolerance || _top >= bottom - Tolerance;
        var inside = _left >= window.X - Tolerance && _right <= right + Tolerance
            && _top >= window.Y - Tolerance && _bottom <= bottom + Tolerance;
        return !outside && !inside;
    }
}
