using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Film.Captions;
using MangaMotion.Film.Frames;
using MangaMotion.VideoPipeline.Stages.VideoGen;
using MangaMotion.VideoPipeline.Stages.VoiceGen;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Planning;

/// <summary>Plans the parts of a script, each under the hash of everything that makes it.</summary>
internal sealed class VideoPlanner(IShotVoice voice, ISegmentRenderer renderer)
{
    private static readonly PanelBox AnyPanel = new() { X = 0, Y = 0, Width = 1, Height = 1 };

    /// <summary>Plans a speech for each shot; null for a silent one.</summary>
    public IReadOnlyList<SpeechPlan?> PlanSpeech(VideoScript script, VideoOptions options) =>
        script.Shots.Select(shot => PlanSpeech(script, shot, options)).ToArray();

    /// <summary>Plans the segment of one shot, as it is in the whole video: it depends on no other line.</summary>
    /// <param name="shot">Position of the shot.</param>
    /// <param name="speech">The spoken line; null for a silent shot.</param>
    public SegmentPlan PlanSegment(
        VideoScript script, IReadOnlyList<StoredPage> pages, int shot, SpeechResult? speech, VideoOptions options)
    {
        var spoken = speech is null ? [] : new Dictionary<string, SpeechResult> { [script.Shots[shot].Id] = speech };
        var timeline = Timeline.Create(script, spoken.ToDictionary(pair => pair.Key, pair => pair.Value.Seconds));
        var segment = timeline.Segments.Single(each => each.Shot == shot && each.NextShot is null);
        var words = spoken.ToDictionary(pair => pair.Key, pair => pair.Value.Words);
        return PlanSegments(script, pages, timeline with { Segments = [segment] }, options, words)[0];
    }

    /// <summary>Plans a segment for each segment of the timeline.</summary>
    /// <param name="words">Words of the spoken lines by shot id.</param>
    public IReadOnlyList<SegmentPlan> PlanSegments(
        VideoScript script, IReadOnlyList<StoredPage> pages, Timeline timeline, VideoOptions options,
        IReadOnlyDictionary<string, IReadOnlyList<SpeechWord>> words)
    {
        var stored = pages.ToDictionary(page => page.Number, page => page with { Panels = [] });
        var layout = CaptionLayout.Create(new FilmFormat(script.Width, script.Height, script.Fps));
        return timeline.Segments.Select(PlanSegment).ToArray();

        SegmentPlan PlanSegment(TimelineSegment segment)
        {
            var spec = SegmentSpec.Create(script, timeline, segment, words);
            spec = spec with
            {
                Views = [.. spec.Views.Select(view => view with { Shot = KeepVisible(view.Shot) })],
                Captions =
                [
                    .. SegmentCaptions.CreateCards(timeline, segment),
                    .. options.BurnSubtitles
                        ? SegmentCaptions.Create(timeline, spec, words, layout, options.Captions == "words")
                        : [],
                ],
            };
            var shown = spec.Views.Select(view => stored[view.Shot.Page]).DistinctBy(page => page.Number).ToArray();
            var hash = ContentHash.Compute(
                "segment", renderer.Version, spec with { Views = [.. spec.Views.Select(RemoveNames)] }, shown.Select(page => page.Sha256));
            return new(hash, spec, shown);
        }
    }

    /// <summary>Plans the speech of a shot; null for a silent one.</summary>
    public SpeechPlan? PlanSpeech(VideoScript script, ScriptShot shot, VideoOptions options)
    {
        if (string.IsNullOrWhiteSpace(shot.Line))
            return null;
        // Only audible members, so that the same words are spoken once, wherever they are in the script.
        var heard = new ScriptShot
        {
            Id = shot.Id,
            Page = 1,
            Panel = AnyPanel,
            Confidence = 1,
            Line = shot.Line,
            Speaker = shot.Speaker,
        };
        var spoken = new VideoOptions
        {
            Language = script.Language,
            Voice = script.Cast?.FindVoice(shot.Speaker) ?? options.Voice,
            Direction = options.Direction,
        };
        var pronunciations = script.Cast?.ListPronunciations(heard.Line, script.Language) ?? [];
        object?[] ingredients = ["speech", voice.Version, heard.Line, heard.Speaker, spoken.Language, spoken.Voice];
        // Lines without pronunciations keep the hash that they had before there were any.
        var hash = ContentHash.Compute(pronunciations.Count == 0 ? ingredients : [.. ingredients, pronunciations]);
        return new(hash, heard, spoken) { Pronunciations = pronunciations };
    }

    private static ShotView RemoveNames(ShotView view) => view with { Shot = view.Shot with { Id = "", Page = 1 } };

    private static ScriptShot KeepVisible(ScriptShot shot) => new()
    {
        Id = shot.Id,
        Page = shot.Page,
        Panel = shot.Panel,
        Confidence = 1,
        Move = shot.Move,
        Outline = shot.Outline,
        Lettering = shot.Lettering,
        Card = shot.Card,
        Focus = shot.Focus,
    };
}
