using MangaMotion.Comics.Subtitles;
using MangaMotion.Film.Captions;
using MangaMotion.VideoPipeline.Stages.VideoGen;
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
        Timeline timeline, SegmentSpec segment, IReadOnlyDictionary<string, IReadOnlyList<SpeechWord>> words, CaptionLayout layout,
        bool byWord = false)
    {
        var captions = new List<FilmCaption>();
        foreach (var view in segment.Views.Where(view => words.ContainsKey(view.Shot.Id)))
        {
            var shot = timeline.Shots.First(shot => shot.Shot.Id == view.Shot.Id);
            var own = CreateLine(shot, words[view.Shot.Id], layout, byWord);
            var margin = CaptionPlace.FindBottomMargin(segment, view, layout, own);
            foreach (var caption in own)
            {
                var first = Math.Max(0, caption.FirstFrame - view.FirstFrame);
                var end = Math.Min(segment.Frames, caption.EndFrame - view.FirstFrame);
                if (end > first)
                    captions.Add(caption with { FirstFrame = first, EndFrame = end, BottomMargin = margin });
            }
        }

        return captions;
    }

    /// <summary>Creates the captions of the line of a shot, in frames of the shot.</summary>
    private static List<FilmCaption> CreateLine(TimelineShot shot, IReadOnlyList<SpeechWord> spoken, CaptionLayout layout, bool byWord)
    {
        if (!byWord)
        {
            var lines = SplitLine(shot, spoken, layout.LineCells);
            return [.. lines.Select(cue => new FilmCaption(cue.Text, Round(cue.Start), Round(cue.End)))];
        }

        var cues = WordCue.SplitLine(Time(shot, spoken), (double)shot.Frames / shot.Fps, layout.WordCells);
        return [.. cues.Select(cue => new FilmCaption(cue.Text, Round(cue.Start), Round(cue.End))
        {
            Spoken = new(cue.SpokenAt, cue.SpokenLength),
        })];

        int Round(double seconds) => (int)Math.Round(seconds * shot.Fps);
    }
}
