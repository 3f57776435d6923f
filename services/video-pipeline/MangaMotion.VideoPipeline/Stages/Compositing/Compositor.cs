using System.Text;
using MangaMotion.Comics.Script;
using MangaMotion.Comics.Subtitles;
using MangaMotion.Film.Composition;
using MangaMotion.Film.Frames;
using MangaMotion.Media.Workspaces;
using MangaMotion.VideoPipeline.Planning;
using MangaMotion.VideoPipeline.Stages.VoiceGen;

namespace MangaMotion.VideoPipeline.Stages.Compositing;

/// <summary>Puts a video together from its segments and speeches: cues, chapters and transcript follow from script and timeline.</summary>
internal sealed class Compositor(FilmComposer composer) : ICompositor
{
    public async Task<ComposedVideo> ComposeAsync(Composition composition, Workspace workspace, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var (script, timeline, options) = (composition.Script, composition.Timeline, composition.Options);
        var cues = Cues(composition);
        var film = await composer.ComposeAsync(
            workspace,
            new FilmParts
            {
                Format = new FilmFormat(script.Width, script.Height, script.Fps),
                Segments = composition.Segments,
                Frames = timeline.Frames,
                Speeches = [.. Spoken(composition).Select(spoken => new SpeechClip(spoken.Speech.Path, spoken.Shot.SpeechStart))],
                Music = options.Music,
                Subtitles = cues.Count > 0 ? WebVtt.WriteCues(cues) : null,
                BurnSubtitles = options.BurnSubtitles,
                Chapters = Chapters(script, timeline),
                Title = script.Title,
                Language = script.Language,
                PosterAt = timeline.Shots[0].Frames / 2.0 / timeline.Fps,
            },
            progress,
            cancellationToken);

        var (subtitles, transcript) = (workspace.NewPath("vtt"), workspace.NewPath("txt"));
        await File.WriteAllTextAsync(subtitles, WebVtt.WriteCues(cues), cancellationToken);
        await File.WriteAllTextAsync(transcript, Transcript(script), cancellationToken);
        return new ComposedVideo(film.Video, subtitles, transcript, film.Poster, film.Seconds);
    }

    private static IEnumerable<(TimelineShot Shot, ShotSpeech Speech)> Spoken(Composition composition) =>
        composition.Timeline.Shots.Where(shot => composition.Speeches.ContainsKey(shot.Shot.Id)).Select(shot => (shot, composition.Speeches[shot.Shot.Id]));

    private static List<SubtitleCue> Cues(Composition composition) =>
    [
        .. Spoken(composition).SelectMany(spoken => SubtitleCue.SplitLine(
            [.. spoken.Speech.Words.Select(word => new TimedWord(word.Text, spoken.Shot.SpeechStart + word.Start, spoken.Shot.SpeechStart + word.End))],
            until: (double)(spoken.Shot.Start + spoken.Shot.Frames) / composition.Timeline.Fps)),
    ];

    /// <summary>One for each page, from its first shot on.</summary>
    private static List<FilmChapter> Chapters(VideoScript script, Timeline timeline)
    {
        List<TimelineShot> starts = [.. timeline.Shots.Where((shot, i) => i == 0 || timeline.Shots[i - 1].Shot.Page != shot.Shot.Page)];
        return
        [
            .. starts.Select((shot, i) => new FilmChapter(
                PageName(script, shot.Shot.Page), (double)shot.Start / timeline.Fps, i + 1 < starts.Count ? (double)starts[i + 1].Start / timeline.Fps : timeline.Seconds)),
        ];
    }

    private static string Transcript(VideoScript script)
    {
        var text = new StringBuilder(script.Title).Append('\n');
        var page = 0;
        foreach (var shot in script.Shots.Where(shot => !string.IsNullOrWhiteSpace(shot.Line)))
        {
            if (shot.Page != page)
                text.Append('\n').Append(PageName(script, page = shot.Page)).Append("\n\n");
            text.Append(shot.Speaker is { Length: > 0 } speaker ? $"{speaker}: " : "").Append(shot.Line).Append('\n');
        }

        return text.ToString();
    }

    private static string PageName(VideoScript script, int page) => script.Language == "ja" ? $"{page}ページ" : $"Page {page}";
}
