using MangaMotion.Comics.Subtitles;
using MangaMotion.Film.Captions;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Planning;

/// <summary>Cues of a shot's spoken line: as subtitles of the video, and as captions that are drawn into segments.</summary>
internal static class SegmentCaptions
{
    /// <summary>Splits the line of a shot into cues, in seconds since the start of the shot.</summary>
    /// <param name="words">Words of the line.</param>
    /// <param name="lineCells">Width of a line in cells; null for that of subtitles beside the picture.</param>
    public static IReadOnlyList<SubtitleCue> SplitLine(TimelineShot shot, IReadOnlyList<SpeechWord> words, int? lineCells = null) =>
        SubtitleCue.SplitLine(Time(shot, words), until: (double)shot.Frames / shot.Fps, lineCells ?? SubtitleCue.DefaultLineCells);

    private static TimedWord[] Time(TimelineShot shot, IReadOnlyList<SpeechWord> words) =>
        [.. words.Select(word => new TimedWord(word.Text, shot.SpeechOffset + word.Start, shot.SpeechOffset + word.End))];

    /// <summary>Creates the texts of the title cards of a segment. They fade with the picture.</summary>
    public static IEnumerable<FilmCaption> CreateCards(Timeline timeline, TimelineSegment segment)
    {
        var isTransition = segment.NextShot is not null;
        if (timeline.Shots[segment.Shot].Shot.Card is { } card)
            yield return CreateCard(card) with { FadeOutFrames = isTransition ? segment.Frames : 0 };
        if (segment.NextShot is { } next && timeline.Shots[next].Shot.Card is { } following)
            yield return CreateCard(following) with { FadeInFrames = segment.Frames };

        FilmCaption CreateCard(IReadOnlyList<string> lines) => new(string.Join('\n', lines), 0, segment.Frames) { IsTitle = true };
    }

    /// <summary>
    /// Creates the captions of a segment. They depend on its shots only, so an edit of one line changes no segment of another shot.
    /// </summary>
    /// <param name="words">Words of the spoken lines by shot id.</param>
    /// <param name="byWord">Whether a few words are shown at a time, with the spoken one in another colour.</param>
    public static IReadOnlyList<FilmCaption> Create(
        Timeline timeline, TimelineSegment segment, IReadOnlyDictionary<string, IReadOnlyList<SpeechWord>> words, CaptionLayout layout,
        bool byWord = false)
    {
        var captions = new List<FilmCaption>();
        AddShot(timeline.Shots[segment.Shot], segment.FirstFrame);
        if (segment.NextShot is { } next)
            AddShot(timeline.Shots[next], 0);
        return captions;

        void AddShot(TimelineShot shot, int firstFrame)
        {
            if (!words.TryGetValue(shot.Shot.Id, out var spoken))
                return;
            if (byWord)
            {
                foreach (var cue in WordCue.SplitLine(Time(shot, spoken), (double)shot.Frames / shot.Fps, layout.WordCells))
                    Add(cue.Start, cue.End, new(cue.Text, 0, 0) { Spoken = new(cue.SpokenAt, cue.SpokenLength) });
            }
            else
            {
                foreach (var cue in SplitLine(shot, spoken, layout.LineCells))
                    Add(cue.Start, cue.End, new(cue.Text, 0, 0));
            }

            void Add(double start, double until, FilmCaption caption)
            {
                var first = Math.Max(0, (int)Math.Round(start * shot.Fps) - firstFrame);
                var end = Math.Min(segment.Frames, (int)Math.Round(until * shot.Fps) - firstFrame);
                if (end > first)
                    captions.Add(caption with { FirstFrame = first, EndFrame = end });
            }
        }
    }
}
