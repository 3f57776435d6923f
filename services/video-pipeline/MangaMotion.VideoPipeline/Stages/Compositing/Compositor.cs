using System.Text;
using System.Text.Json;
using MangaMotion.Comics.Script;
using MangaMotion.Comics.Subtitles;
using MangaMotion.Film.Captions;
using MangaMotion.Film.Composition;
using MangaMotion.Film.Frames;
using MangaMotion.Media;
using MangaMotion.Media.Images;
using MangaMotion.Media.Workspaces;
using MangaMotion.VideoPipeline.Planning;
using MangaMotion.VideoPipeline.Stages.ScriptGen;
using MangaMotion.VideoPipeline.Stages.VoiceGen;

namespace MangaMotion.VideoPipeline.Stages.Compositing;

/// <summary>Composes a video of its segments and speeches. Cues, chapters and transcript follow from script and timeline.</summary>
internal sealed class Compositor(FilmComposer composer, CaptionFonts fonts, IImageRenderer images) : ICompositor
{
    /// <summary>Number of shots of which one is the poster.</summary>
    private const int PosterShots = 8;

    public async Task<ComposedVideo> ComposeAsync(
        Composition composition, Workspace workspace, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var (script, timeline) = (composition.Script, composition.Timeline);
        var cues = CreateCues(composition);
        var film = await composer.ComposeAsync(
            workspace,
            new FilmParts
            {
                Format = new FilmFormat(script.Width, script.Height, script.Fps),
                Segments = composition.Segments,
                Frames = timeline.Frames,
                Speeches = [.. FindSpoken(composition).Select(spoken => new SpeechClip(spoken.Speech.Path, spoken.Shot.SpeechStart)
                {
                    IsPause = Letters.CountSpoken(spoken.Shot.Shot.Line ?? "") == 0,
                })],
                Music = composition.Options.Music,
                Ambience = composition.Options.Ambience,
                Subtitles = cues.Count > 0 ? WebVtt.WriteCues(cues) : null,
                Chapters = CreateChapters(script, timeline),
                Title = script.Title,
                Language = script.Language,
                PosterAt = FindPosterTime(script, timeline),
            },
            progress,
            cancellationToken);

        var (subtitles, transcript) = (workspace.NewPath("vtt"), workspace.NewPath("txt"));
        await File.WriteAllTextAsync(subtitles, WebVtt.WriteCues(cues), cancellationToken);
        await File.WriteAllTextAsync(transcript, WriteTranscript(script), cancellationToken);
        var drawn = TitleWriter.ListDrawn(script, composition.Options.BurnSubtitles);
        var missing = await fonts.DescribeMissingAsync(workspace, drawn, cancellationToken);
        return new ComposedVideo(film.Video, subtitles, transcript, film.Poster, film.Seconds)
        {
            Notes = missing is null ? film.Faults : [missing, .. film.Faults],
            PosterVariants = await RenderPosterAsync(composition.Options.PosterVariants, film.Poster, workspace, cancellationToken),
        };
    }

    private async Task<IReadOnlyList<MediaFile>> RenderPosterAsync(
        string? chosen, string poster, Workspace workspace, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(chosen ?? "[]");
        var variants = ChosenVariants.Parse(document.RootElement);
        if (variants.Count == 0)
            return [];
        var request = new ImageRequest { Variants = variants, AnimationSize = null };
        return (await images.RenderAsync(workspace, poster, MediaType.Jpeg, request, cancellationToken)).Files;
    }

    /// <summary>
    /// Finds the time of the poster: the middle of the cover, or of the shot with the largest panel among the first ones, which give little
    /// of the story away.
    /// </summary>
    private static double FindPosterTime(VideoScript script, Timeline timeline)
    {
        var pictures = timeline.Shots.Where(shot => shot.Shot.Card is null).DefaultIfEmpty(timeline.Shots[0]);
        var shot = timeline.Shots.FirstOrDefault(shot => shot.Shot.Id == script.Cover)
            ?? pictures.Take(PosterShots).MaxBy(shot => (long)shot.Shot.Panel.Width * shot.Shot.Panel.Height)!;
        return (shot.Start + (shot.Frames / 2.0)) / timeline.Fps;
    }

    private static IEnumerable<(TimelineShot Shot, ShotSpeech Speech)> FindSpoken(Composition composition) =>
        composition.Timeline.Shots.Where(shot => composition.Speeches.ContainsKey(shot.Shot.Id))
            .Select(shot => (shot, composition.Speeches[shot.Shot.Id]));

    private static List<SubtitleCue> CreateCues(Composition composition)
    {
        var cues = new List<SubtitleCue>();
        foreach (var (shot, speech) in FindSpoken(composition))
        {
            var start = (double)shot.Start / shot.Fps;
            cues.AddRange(SegmentCaptions.SplitLine(shot, speech.Words)
                .Select(cue => cue with { Start = start + cue.Start, End = start + cue.End }));
        }

        return cues;
    }

    /// <summary>Creates a chapter for each page, from its first shot on.</summary>
    private static List<FilmChapter> CreateChapters(VideoScript script, Timeline timeline)
    {
        List<TimelineShot> starts = [.. timeline.Shots.Where((shot, i) => i == 0 || timeline.Shots[i - 1].Shot.Page != shot.Shot.Page)];
        return [.. starts.Select((shot, i) => new FilmChapter(NamePage(script, shot.Shot.Page), GetStart(i), GetStart(i + 1)))];

        double GetStart(int i) => i < starts.Count ? (double)starts[i].Start / timeline.Fps : timeline.Seconds;
    }

    private static string WriteTranscript(VideoScript script)
    {
        var text = new StringBuilder(script.Title).Append('\n');
        var page = 0;
        foreach (var shot in script.Shots.Where(shot => !string.IsNullOrWhiteSpace(shot.Line)))
        {
            if (shot.Page != page)
                text.Append('\n').Append(NamePage(script, page = shot.Page)).Append("\n\n");
            text.Append(shot.Speaker is { Length: > 0 } speaker ? $"{speaker}: " : "").Append(shot.Line).Append('\n');
        }

        return text.ToString();
    }

    private static string NamePage(VideoScript script, int page) => script.Language == "ja" ? $"{page}ページ" : $"Page {page}";
}
