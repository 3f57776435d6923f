using MangaMotion.Comics.Script;

namespace MangaMotion.VideoPipeline.Planning;

/// <summary>
/// Which frame shows what. Shots overlap where one fades into the next; there the transition is a segment of its own, so that
/// every frame is encoded once. All times follow from whole frames, so that nothing drifts.
/// </summary>
/// <param name="Frames">Length of the video.</param>
public sealed record Timeline(int Fps, int Frames, IReadOnlyList<TimelineShot> Shots, IReadOnlyList<TimelineSegment> Segments)
{
    /// <summary>Seconds of a fade.</summary>
    private const double Fade = 0.5;

    /// <summary>Seconds from the moment a shot stands alone to its first word.</summary>
    private const double BeforeSpeech = 0.2;

    /// <summary>Seconds from the last word to the moment the shot begins to go.</summary>
    private const double AfterSpeech = 0.3;

    public double Seconds => (double)Frames / Fps;

    /// <param name="speech">Seconds of a shot's spoken line by shot id; silent shots are not in it.</param>
    public static Timeline Create(VideoScript script, IReadOnlyDictionary<string, double> speech)
    {
        var pages = script.Pages.ToDictionary(page => page.Number);
        var fade = (int)Math.Round(Fade * script.Fps);
        var shots = new List<TimelineShot>(script.Shots.Count);
        var segments = new List<TimelineSegment>(script.Shots.Count * 2);
        var start = 0;
        for (var i = 0; i < script.Shots.Count; i++)
        {
            var shot = script.Shots[i];
            var comesIn = i > 0 && shot.Transition == ShotTransition.Fade ? fade : 0;
            var goesOut = i + 1 < script.Shots.Count && script.Shots[i + 1].Transition == ShotTransition.Fade ? fade : 0;
            double? spoken = speech.TryGetValue(shot.Id, out var seconds) ? seconds : null;
            var alone = spoken is null ? 1 : (int)Math.Ceiling((spoken.Value + BeforeSpeech + AfterSpeech) * script.Fps);
            var frames = Math.Max((int)Math.Round(ShotTiming.GetSeconds(shot, pages[shot.Page], spoken) * script.Fps), comesIn + alone + goesOut);

            if (comesIn > 0)
                segments.Add(new(i - 1, i, shots[^1].Frames - comesIn, comesIn));
            segments.Add(new(i, null, comesIn, frames - comesIn - goesOut));
            var begins = ((double)(start + comesIn) / script.Fps) + BeforeSpeech;
            // A silent reader is given the first half of the time.
            shots.Add(new(shot, start, frames, begins, begins + (spoken ?? (frames - comesIn - goesOut) / 2.0 / script.Fps)));
            start += frames - goesOut;
        }

        return new(script.Fps, start, shots, segments);
    }
}

/// <summary>One shot in the video.</summary>
/// <param name="Start">Its first frame in the video.</param>
/// <param name="Frames">Its length, transitions at both ends included.</param>
/// <param name="SpeechStart">Seconds into the video at which its line begins.</param>
/// <param name="SpeechEnd">Seconds into the video at which its line has been said, or read where nobody says it.</param>
public sealed record TimelineShot(ScriptShot Shot, int Start, int Frames, double SpeechStart, double SpeechEnd);

/// <summary>One piece of the video, encoded on its own.</summary>
/// <param name="Shot">Place of the shot it shows, or of the one that goes.</param>
/// <param name="NextShot">Place of the shot that comes; null where it is no transition.</param>
/// <param name="FirstFrame">Frame of <paramref name="Shot"/> that is its first; the coming shot begins at its own first frame.</param>
public sealed record TimelineSegment(int Shot, int? NextShot, int FirstFrame, int Frames);
