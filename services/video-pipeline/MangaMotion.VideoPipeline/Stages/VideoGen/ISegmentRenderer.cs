using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;
using MangaMotion.Media.Workspaces;
using MangaMotion.VideoPipeline.Planning;

namespace MangaMotion.VideoPipeline.Stages.VideoGen;

/// <summary>Renders one segment: a shot, or the transition between two.</summary>
public interface ISegmentRenderer
{
    /// <summary>
    /// Names everything that the picture depends on besides the <see cref="SegmentSpec"/> and the pixels of the pages: camera, encoder,
    /// their settings and versions. It is part of the hash under which a segment is kept.
    /// </summary>
    string Version { get; }

    /// <param name="pages">Pictures in the workspace by page number, for the pages of the views. Read-only.</param>
    /// <returns>An MP4 of exactly <see cref="SegmentSpec.Frames"/> frames that can be joined to its neighbours by copying.</returns>
    Task<RenderedSegment> RenderAsync(
        SegmentSpec segment, IReadOnlyDictionary<int, string> pages, Workspace workspace, CancellationToken cancellationToken);
}

/// <summary>Content of a segment.</summary>
/// <param name="Views">One for a shot; for a transition the outgoing and the incoming one.</param>
/// <param name="Frames">Length of the segment in frames.</param>
public sealed record SegmentSpec(
    int Width, int Height, int Fps, IReadOnlyList<ShotView> Views, ShotTransition Transition, int Frames)
{
    /// <summary>Direction in which the camera pans over a wide panel.</summary>
    public ReadingDirection Direction { get; init; }

    public static SegmentSpec Create(VideoScript script, Timeline timeline, TimelineSegment segment)
    {
        var views = new List<ShotView> { ShotView.Create(timeline.Shots[segment.Shot], segment.FirstFrame, script.Fps) };
        if (segment.NextShot is { } next)
            views.Add(ShotView.Create(timeline.Shots[next], 0, script.Fps));
        var transition = segment.NextShot is { } incoming ? timeline.Shots[incoming].Shot.Transition : ShotTransition.Cut;
        return new(script.Width, script.Height, script.Fps, views, transition, segment.Frames) { Direction = script.Direction };
    }
}

/// <summary>A shot in a segment. Its camera moves over all frames of the shot; the segment shows some of them.</summary>
/// <param name="ShotFrames">Length of the whole shot in frames, with the transitions at both ends.</param>
/// <param name="FirstFrame">First frame of the segment, counted in the shot from 0.</param>
public sealed record ShotView(ScriptShot Shot, int ShotFrames, int FirstFrame)
{
    /// <summary>Frame of the shot from which its lettering is read; 0 if it has none.</summary>
    public int ReadFrom { get; init; }

    /// <summary>Frame of the shot until which its lettering is read; 0 if it has none.</summary>
    public int ReadUntil { get; init; }

    /// <param name="fps">Frames per second of the video.</param>
    public static ShotView Create(TimelineShot shot, int firstFrame, int fps)
    {
        var view = new ShotView(shot.Shot, shot.Frames, firstFrame);
        return shot.Shot.Lettering is not { Count: > 0 } ? view : view with
        {
            ReadFrom = Math.Max(0, (int)(shot.SpeechStart * fps) - shot.Start),
            ReadUntil = Math.Min(shot.Frames, (int)Math.Ceiling(shot.SpeechEnd * fps) - shot.Start),
        };
    }
}

/// <param name="Path">MP4 in the workspace.</param>
/// <param name="Draft">True if a provider failed and the local camera rendered the segment.</param>
public sealed record RenderedSegment(string Path, bool Draft = false);
