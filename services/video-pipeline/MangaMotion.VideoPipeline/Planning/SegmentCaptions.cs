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
        SubtitleCue.SplitLine(
            [.. words.Select(word => new TimedWord(word.Text, shot.SpeechOffset + word.Start, shot.SpeechOffset + word.End))],
            until: (double)shot.Frames / shot.Fps, lineCells ?? SubtitleCue.DefaultLineCells);

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
    public static IReadOnlyList<FilmCaption> Create(
        Timeline timeline, TimelineSegment segment, IReadOnlyDictionary<string, IReadOnlyList<SpeechWord>> words, CaptionLayout layout)
    {
        var captions = new List<FilmCaption>();
        AddShot(timeline.Shots[segment.Shot], segment.FirstFrame);
        if (segment.NextShot is { } next)
            AddShot(timeline.Shots[next], 0);
        return captions;

        void AddShot(TimelineShot shot, int firstFrame)
        {
            foreach (var cue in words.TryGetValue(shot.Shot.Id, out var spoken) ? SplitLine(shot, spoken, layout.LineCells) : [])
            {
                var first = Math.Max(0, (int)Math.Round(cue.Start * shot.Fps) - firstFrame);
                var end = Math.Min(segment.Frames, (int)Math.Round(cue.End * shot.Fps) - firstFrame);
                if (end > first)
                    captions.Add(new(cue.Text, first, end));
            }
        }
    }
}
