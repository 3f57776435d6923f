using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.VideoPipeline.Stages;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Film;

/// <summary>What has to be spoken and filmed for a script, each under the hash of everything that makes it.</summary>
internal sealed class FilmPlanner(IShotVoice voice, ISegmentRenderer renderer)
{
    /// <returns>One for each shot; null for a silent one.</returns>
    public IReadOnlyList<SpeechPlan?> PlanSpeech(VideoScript script, VideoOptions options) =>
        script.Shots.Select(shot => PlanSpeech(script, shot, options)).ToArray();

    /// <returns>One for each segment of the timeline.</returns>
    public IReadOnlyList<SegmentPlan> PlanSegments(VideoScript script, IReadOnlyList<StoredPage> pages, Timeline timeline)
    {
        var stored = pages.ToDictionary(page => page.Number, page => page with { Panels = [] });
        return timeline.Segments.Select(segment => PlanSegment(script, stored, timeline, segment)).ToArray();
    }

    private SpeechPlan? PlanSpeech(VideoScript script, ScriptShot shot, VideoOptions options)
    {
        if (string.IsNullOrWhiteSpace(shot.Line))
            return null;
        // Only what is heard: the same words are spoken once, wherever they stand.
        var heard = Bare(shot) with { Panel = new() { X = 0, Y = 0, Width = 1, Height = 1 }, Page = 1, Move = null, Outline = null, Lettering = null, Line = shot.Line, Speaker = shot.Speaker };
        var spoken = new VideoOptions { Language = script.Language, Voice = options.Voice, Direction = options.Direction };
        return new(ContentHash.Of("speech", voice.Version, heard.Line, heard.Speaker, spoken.Language, spoken.Voice), heard, spoken);
    }

    private SegmentPlan PlanSegment(VideoScript script, Dictionary<int, StoredPage> pages, Timeline timeline, TimelineSegment segment)
    {
        var spec = SegmentSpec.Of(script, timeline, segment);
        spec = spec with { Views = [.. spec.Views.Select(view => view with { Shot = Bare(view.Shot) })] };
        var shown = spec.Views.Select(view => pages[view.Shot.Page]).DistinctBy(page => page.Number).ToArray();
        return new(ContentHash.Of("segment", renderer.Version, spec with { Views = [.. spec.Views.Select(Anonymous)] }, shown.Select(page => page.Sha256)), spec, shown);
    }

    private static ShotView Anonymous(ShotView view) => view with { Shot = view.Shot with { Id = "", Page = 1 } };

    /// <summary>The shot without what can neither be seen nor heard.</summary>
    private static ScriptShot Bare(ScriptShot shot) =>
        new() { Id = shot.Id, Page = shot.Page, Panel = shot.Panel, Confidence = 1, Move = shot.Move, Outline = shot.Outline, Lettering = shot.Lettering };
}

/// <summary>One line to speak.</summary>
/// <param name="Hash">Hash of everything that makes the speech; part of its keys in <see cref="VideoKeys"/>.</param>
internal sealed record SpeechPlan(string Hash, ScriptShot Shot, VideoOptions Options);

/// <summary>One segment to film.</summary>
/// <param name="Hash">Hash of everything that makes the segment; part of its key in <see cref="VideoKeys"/>.</param>
/// <param name="Pages">What its views show.</param>
internal sealed record SegmentPlan(string Hash, SegmentSpec Spec, IReadOnlyList<StoredPage> Pages);

/// <param name="Prefix">Of the keys of the finished files.</param>
internal sealed record CompositionPlan(string Prefix);
