using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;
using MangaMotion.Media.Workspaces;
using MangaMotion.VideoPipeline.Film;

namespace MangaMotion.VideoPipeline.Stages;

/// <summary>The stage <c>video_gen</c>: films one segment, a shot or the transition between two.</summary>
public interface ISegmentRenderer
{
    /// <summary>
    /// Names everything beside the <see cref="SegmentSpec"/> and the pages' pixels that the picture depends on: camera, encoder
    /// and its settings, their versions. Segments are kept under a hash of it.
    /// </summary>
    string Version { get; }

    /// <param name="pages">Pictures in the workspace, by page number: those of the views. Read-only.</param>
    /// <returns>An MP4 of exactly <see cref="SegmentSpec.Frames"/> frames, which can be joined to its neighbours without encoding again.</returns>
    Task<RenderedSegment> RenderAsync(SegmentSpec segment, IReadOnlyDictionary<int, string> pages, Workspace workspace, CancellationToken cancellationToken);
}

/// <summary>What a segment shows.</summary>
/// <param name="Views">One for a shot; for a transition two, the one that goes and the one that comes.</param>
/// <param name="Frames">Length of the segment.</param>
public sealed record SegmentSpec(int Width, int Height, int Fps, IReadOnlyList<ShotView> Views, ShotTransition Transition, int Frames)
{
    /// <summary>The way in which the camera pans over a wide panel.</summary>
    public ReadingDirection Direction { get; init; }

    public static SegmentSpec Of(VideoScript script, Timeline timeline, TimelineSegment segment)
    {
        var views = new List<ShotView> { ShotView.Of(timeline.Shots[segment.Shot], segment.FirstFrame, script.Fps) };
        if (segment.NextShot is { } next)
            views.Add(ShotView.Of(timeline.Shots[next], 0, script.Fps));
        var transition = segment.NextShot is { } coming ? timeline.Shots[coming].Shot.Transition : ShotTransition.Cut;
        return new SegmentSpec(script.Width, script.Height, script.Fps, views, transition, segment.Frames) { Direction = script.Direction };
    }
}

/// <summary>A shot in a segment: its camera moves over all frames of the shot, of which the segment shows some.</summary>
/// <param name="ShotFrames">Length of the whole shot, transitions at both its ends included.</param>
/// <param name="FirstFrame">The frame of the shot, from 0, that is the segment's first.</param>
public sealed record ShotView(ScriptShot Shot, int ShotFrames, int FirstFrame)
{
    /// <summary>The frames of the shot from and up to which its lettering is read; 0 where there is none.</summary>
    public int ReadFrom { get; init; }

    public int ReadUntil { get; init; }

    /// <param name="fps">Frames a second of the video.</param>
    public static ShotView Of(TimelineShot shot, int firstFrame, int fps)
    {
        var view = new ShotView(shot.Shot, shot.Frames, firstFrame);
        return shot.Shot.Lettering is not { Count: > 0 } ? view : view with
        {
            ReadFrom = Math.Max(0, (int)(shot.SpeechStart * fps) - shot.Start),
            ReadUntil = Math.Min(shot.Frames, (int)Math.Ceiling(shot.SpeechEnd * fps) - shot.Start),
        };
    }
}

/// <param name="Path">In the workspace.</param>
/// <param name="Draft">A provider failed, and the local camera filmed instead.</param>
public sealed record RenderedSegment(string Path, bool Draft = false);
