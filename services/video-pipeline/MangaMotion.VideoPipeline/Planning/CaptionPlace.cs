using MangaMotion.Film.Captions;
using MangaMotion.VideoPipeline.Stages.VideoGen;

namespace MangaMotion.VideoPipeline.Planning;

/// <summary>Finds a place in the picture for the captions of a shot where they cover no lettering of its panel.</summary>
internal static class CaptionPlace
{
    /// <summary>Frames from one look at the camera to the next. In so many frames it moves by a few pixels.</summary>
    private const int Step = 5;

    /// <summary>Share of the frame's height at the top that captions stay out of; the apps of phones cover it.</summary>
    private const double TopShare = 0.1;

    /// <summary>Distance between captions and lettering in heights of a line. Chosen by eye on contact sheets.</summary>
    private const double Gap = 0.25;

    /// <summary>
    /// Finds the lowest place for all captions of the shot, so that they do not jump while it lasts: that of the layout, or above
    /// lettering.
    /// </summary>
    /// <param name="captions">Captions of the shot, in frames of the shot.</param>
    /// <returns>Distance from the bottom in pixels; null for that of the layout, also if no place is free.</returns>
    public static int? FindBottomMargin(
        SegmentSpec segment, ShotView view, CaptionLayout layout, IReadOnlyList<FilmCaption> captions)
    {
        if (captions.Count == 0 || view.Shot.Lettering is not { Count: > 0 })
            return null;
        var sizes = captions.Select(layout.Measure).ToList();
        var (width, height) = (sizes.Max(size => size.Width), sizes.Max(size => size.Height));
        var lettering = ListLettering(segment, view, captions)
            .Where(box => Math.Abs(box.Middle - (segment.Width / 2.0)) < (box.Width + width) / 2)
            .Select(box => (Top: box.Top - (Gap * layout.FontSize), Bottom: box.Bottom + (Gap * layout.FontSize))).ToList();
        var margin = lettering.Select(box => (int)Math.Ceiling(segment.Height - box.Top)).Append(layout.BottomMargin).Order()
            .Where(margin => margin >= layout.BottomMargin && margin + height <= (1 - TopShare) * segment.Height && IsFree(margin))
            .DefaultIfEmpty(layout.BottomMargin).First();
        return margin == layout.BottomMargin ? null : margin;

        bool IsFree(int margin)
        {
            var bottom = segment.Height - margin;
            return !lettering.Exists(box => box.Top < bottom && box.Bottom > bottom - height);
        }
    }

    /// <summary>Lists the boxes of the lettering where the frames that have captions show them, in pixels of the frame.</summary>
    private static IEnumerable<(double Middle, double Width, double Top, double Bottom)> ListLettering(
        SegmentSpec segment, ShotView view, IReadOnlyList<FilmCaption> captions)
    {
        var path = ShotStage.PlanPath(segment, view);
        for (var frame = captions[0].FirstFrame; frame < captions[^1].EndFrame; frame += Step)
        {
            var window = path.GetWindow((double)frame / segment.Fps);
            double across = segment.Width / window.Width, down = segment.Height / window.Height;
            foreach (var box in view.Shot.Lettering!)
            {
                var (top, bottom) = ((box.Y - window.Y) * down, (box.Y + box.Height - window.Y) * down);
                if (bottom > 0 && top < segment.Height)
                    yield return ((box.X + (box.Width / 2.0) - window.X) * across, box.Width * across, top, bottom);
            }
        }
    }
}
