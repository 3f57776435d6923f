using System.Diagnostics;
using System.Globalization;
using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Script;
using MangaMotion.VideoPipeline.Planning;
using MangaMotion.VideoPipeline.Stages.Compositing;
using MangaMotion.VideoPipeline.Stages.VideoGen;
using MangaMotion.VideoPipeline.Stages.VoiceGen;

namespace MangaMotion.Benchmarks.Film;

/// <summary>What a made video looks and sounds like, in numbers and as a contact sheet.</summary>
internal static class FilmFigures
{
    private const double FullHeight = 0.8;
    private const int SheetColumns = 6, ThumbnailPixels = 90_000;

    /// <summary>Describes picture, lettering, silence and the notes of a video.</summary>
    public static IEnumerable<string> Describe(Composition composition, ComposedVideo video) =>
        DescribePlan(composition.Script, composition.Timeline, composition.Speeches).Concat(video.Notes.Select(note => $"note: {note}"));

    /// <summary>Describes picture, lettering, silence and flags by the plan of the video, and names the shots that miss a goal.</summary>
    /// <param name="speeches">Speeches by shot id.</param>
    public static IEnumerable<string> DescribePlan(
        VideoScript script, Timeline timeline, IReadOnlyDictionary<string, ShotSpeech> speeches)
    {
        var words = speeches.ToDictionary(speech => speech.Key, speech => speech.Value.Words);
        var shots = timeline.Segments.Where(segment => segment.NextShot is null)
            .Select(segment => Watch(SegmentSpec.Create(script, timeline, segment, words))).ToList();
        var (height, area) = (shots.Average(shot => shot.Height), shots.Average(shot => shot.Area));
        yield return Format($"picture: {height:F2} of the frame's height and {area:F2} of the frame; ")
            + $"at least {FullHeight:F1} of the height in {shots.Count(shot => shot.Height >= FullHeight)} of {shots.Count} shots";
        yield return $"lettering: {shots.Sum(shot => shot.Read)} bubbles, "
            + $"{shots.Sum(shot => shot.Cut)} of them not whole in the frame while they are spoken";

        foreach (var shot in shots.Where(shot => shot.Height < FullHeight || shot.Cut > 0))
            yield return Format($"{shot.Id}: {shot.Height:F2} of the height, {shot.Cut} of {shot.Read} bubbles not whole");

        var spoken = timeline.Shots.Where(shot => speeches.ContainsKey(shot.Shot.Id))
            .Select(shot => (Start: shot.SpeechStart, End: shot.SpeechStart + speeches[shot.Shot.Id].Seconds)).ToList();
        var gaps = spoken.Select(speech => speech.Start).Append(timeline.Seconds)
            .Zip(spoken.Select(speech => speech.End).Prepend(0), (start, end) => start - end).ToList();
        yield return Format($"silence: {gaps.Sum():F1} s of {timeline.Seconds:F1} s, the longest {gaps.Max():F1} s");
        yield return $"lines: {script.Shots.Count(shot => shot.Line is not null)} in {script.Shots.Count} shots; flags: "
            + string.Join(
                ", ",
                script.Shots.Where(shot => shot.Flag is not null)
                    .GroupBy(shot => shot.Flag)
                    .Select(flag => $"{flag.Key} {flag.Count()}"));
        foreach (var note in script.Notes ?? [])
            yield return $"note: {note}";
    }

    /// <summary>Writes small pictures of the first, middle and last frame of each shot.</summary>
    public static async Task WriteSheetAsync(
        string video, Timeline timeline, double aspect, string path, CancellationToken cancellationToken)
    {
        var frames = timeline.Segments.Where(segment => segment.NextShot is null).SelectMany(segment =>
        {
            var first = timeline.Shots[segment.Shot].Start + segment.FirstFrame;
            return (int[])[first, first + (segment.Frames / 2), first + segment.Frames - 1];
        }).ToList();
        var width = (int)Math.Sqrt(ThumbnailPixels * aspect) / 2 * 2;
        var rows = (frames.Count + SheetColumns - 1) / SheetColumns;
        // ffmpeg's expressions allow about 100 terms in a sum.
        var terms = frames.Chunk(40).Select(chunk => $"({string.Join('+', chunk.Select(frame => $"eq(n,{frame})"))})");
        var filter = $"select='{string.Join('+', terms)}',scale={width}:-2,"
            + $"tile={SheetColumns}x{rows}:padding=4";
        using var process = Process.Start(
            "ffmpeg", ["-nostdin", "-v", "error", "-y", "-i", video, "-vf", filter, "-fps_mode", "passthrough", "-frames:v", "1", path]);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"ffmpeg wrote no contact sheet; exit code {process.ExitCode}.");
    }

    private static Shown Watch(SegmentSpec segment)
    {
        var (view, boxes) = (segment.Views[0], segment.Views[0].Shot.Lettering ?? []);
        var (path, panel) = (ShotStage.PlanPath(segment, view), view.Shot.Panel);
        var windows = Enumerable.Range(0, view.ShotFrames).Select(frame => path.GetWindow((double)frame / segment.Fps)).ToList();
        return new(
            view.Shot.Id,
            windows.Average(window => Math.Min(1, panel.Height / window.Height)),
            windows.Average(window => Math.Min(1, panel.Height / window.Height) * Math.Min(1, panel.Width / window.Width)),
            boxes.Count,
            boxes.Zip(view.Reads).Count(
                text => windows[text.Second.From..text.Second.Until].Exists(window => !IsWhole(text.First, panel, window))));
    }

    private static bool IsWhole(LetteringBox text, PanelBox panel, CameraWindow window)
    {
        const double Tolerance = 0.5;
        return Math.Max(text.X, panel.X) >= window.X - Tolerance && Math.Max(text.Y, panel.Y) >= window.Y - Tolerance
            && Math.Min(text.X + text.Width, panel.X + panel.Width) <= window.X + window.Width + Tolerance
            && Math.Min(text.Y + text.Height, panel.Y + panel.Height) <= window.Y + window.Height + Tolerance;
    }

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <param name="Height">Mean share of the frame's height that the panel fills.</param>
    /// <param name="Area">Mean share of the frame that the panel fills.</param>
    private sealed record Shown(string Id, double Height, double Area, int Read, int Cut);
}
