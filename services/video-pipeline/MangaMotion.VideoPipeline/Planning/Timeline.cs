using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Script;

namespace MangaMotion.VideoPipeline.Planning;

/// <summary>
/// Frames of each shot and segment. Shots overlap where one fades into the next. The transition is a segment of its own, so every frame is
/// encoded once. All times follow from whole frames, so nothing drifts.
/// </summary>
/// <param name="Frames">Length of the video in frames.</param>
public sealed record Timeline(int Fps, int Frames, IReadOnlyList<TimelineShot> Shots, IReadOnlyList<TimelineSegment> Segments)
{
    /// <summary>Seconds of a fade.</summary>
    private const double Fade = 0.5;

    public double Seconds => (double)Frames / Fps;

    /// <param name="speech">Seconds of the spoken line by shot id, without silent shots.</param>
    public static Timeline Create(VideoScript script, IReadOnlyDictionary<string, double> speech)
    {
        var pages = script.Pages.ToDictionary(page => page.Number);
        var size = new FrameSize(script.Width, script.Height);
        var fade = (int)Math.Round(Fade * script.Fps);
        var shots = new List<TimelineShot>(script.Shots.Count);
        var segments = new List<TimelineSegment>(script.Shots.Count * 2);
        var start = 0;
        for (var i = 0; i < script.Shots.Count; i++)
        {
            var shot = script.Shots[i];
            var fadeIn = i > 0 && shot.Transition == ShotTransition.Fade ? fade : 0;
            var fadeOut = i + 1 < script.Shots.Count && script.Shots[i + 1].Transition == ShotTransition.Fade ? fade : 0;
            double? spoken = speech.TryGetValue(shot.Id, out var seconds) ? seconds : null;
            var needed = ToFrames(ShotTiming.GetSeconds(shot, pages[shot.Page], spoken is not null));
            var least = spoken is { } speechSeconds
                ? fadeIn + ToFrames(ShotTiming.BeforeSpeech + speechSeconds
                    + ShotTiming.GetSecondsAfterSpeech(shot, size, script.Direction, (double)fadeOut / script.Fps))
                : fadeIn + 1 + fadeOut;
            var frames = Math.Max(needed, least);

            if (fadeIn > 0)
                segments.Add(new(i - 1, i, shots[^1].Frames - fadeIn, fadeIn));
            segments.Add(new(i, null, fadeIn, frames - fadeIn - fadeOut));
            // A silent reader has the first half of the time.
            var length = spoken ?? ((frames - fadeIn - fadeOut) / 2.0 / script.Fps);
            shots.Add(new(shot, start, frames, ((double)fadeIn / script.Fps) + ShotTiming.BeforeSpeech, length, script.Fps));
            start += frames - fadeOut;
        }

        return new(script.Fps, start, shots, segments);

        int ToFrames(double value) => (int)Math.Ceiling(Math.Round(value * script.Fps, 6));
    }
}

/// <summary>One shot in the video.</summary>
/// <param name="Start">First frame in the video.</param>
/// <param name="Frames">Length in frames, with the transitions at both ends.</param>
/// <param name="SpeechOffset">Seconds from the start of the shot to its line. Independent of the shot's place in the video.</param>
/// <param name="SpeechSeconds">Seconds in which the line is said, or read if nothing is spoken.</param>
public sealed record TimelineShot(ScriptShot Shot, int Start, int Frames, double SpeechOffset, double SpeechSeconds, int Fps)
{
    /// <summary>Seconds into the video at which the line begins.</summary>
    public double SpeechStart => ((double)Start / Fps) + SpeechOffset;
}

/// <summary>One piece of the video that is encoded separately.</summary>
/// <param name="Shot">Position of the shot; in a transition, of the outgoing shot.</param>
/// <param name="NextShot">Position of the incoming shot; null if the segment is not a transition.</param>
/// <param name="FirstFrame">
/// First frame of the segment, counted in <paramref name="Shot"/>. The incoming shot begins at its frame 0.
/// </param>
public sealed record TimelineSegment(int Shot, int? NextShot, int FirstFrame, int Frames);
