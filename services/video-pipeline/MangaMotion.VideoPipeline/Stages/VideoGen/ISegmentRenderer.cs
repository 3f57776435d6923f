using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;
using MangaMotion.Comics.Subtitles;
using MangaMotion.Film.Captions;
using MangaMotion.Media.Workspaces;
using MangaMotion.VideoPipeline.Planning;
using MangaMotion.Videos;

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

    /// <summary>Texts that are drawn into the picture.</summary>
    public IReadOnlyList<FilmCaption> Captions { get; init; } = [];

    /// <param name="words">Words of the spoken lines by shot id.</param>
    public static SegmentSpec Create(
        VideoScript script, Timeline timeline, TimelineSegment segment, IReadOnlyDictionary<string, IReadOnlyList<SpeechWord>> words)
    {
        var views = new List<ShotView> { CreateView(segment.Shot, segment.FirstFrame) };
        if (segment.NextShot is { } next)
            views.Add(CreateView(next, 0));
        var transition = segment.NextShot is { } incoming ? timeline.Shots[incoming].Shot.Transition : ShotTransition.Cut;
        return new(script.Width, script.Height, script.Fps, views, transition, segment.Frames) { Direction = script.Direction };

        ShotView CreateView(int shot, int firstFrame) => ShotView.Create(
            timeline.Shots[shot], firstFrame, words.TryGetValue(timeline.Shots[shot].Shot.Id, out var spoken) ? spoken : []);
    }
}

/// <summary>A shot in a segment. Its camera moves over all frames of the shot; the segment shows some of them.</summary>
/// <param name="ShotFrames">Length of the whole shot in frames, with the transitions at both ends.</param>
/// <param name="FirstFrame">First frame of the segment, counted in the shot from 0.</param>
public sealed record ShotView(ScriptShot Shot, int ShotFrames, int FirstFrame)
{
    /// <summary>Frames of the shot in which the voice says each box of its lettering, in the order of the boxes.</summary>
    public IReadOnlyList<FrameRange> Reads { get; init; } = [];

    /// <param name="words">Words of the spoken line; empty for a line that is not spoken.</param>
    public static ShotView Create(TimelineShot shot, int firstFrame, IReadOnlyList<SpeechWord> words)
    {
        var view = new ShotView(shot.Shot, shot.Frames, firstFrame);
        if (shot.Shot.Lettering is not { Count: > 0 } boxes)
            return view;
        var hasLetters = boxes.All(box => box.Letters is > 0);
        var times = PanelLettering.DivideTime(
            [.. boxes.Select(box => hasLetters ? box.Letters!.Value : (double)box.Width * box.Height)],
            [.. words.Select(word => new TimedWord(word.Text, shot.SpeechOffset + word.Start, shot.SpeechOffset + word.End))],
            shot.SpeechOffset, shot.SpeechOffset + shot.SpeechSeconds);
        return view with
        {
            // Both ends are rounded alike: boxes that are read one right after the other share no frame.
            Reads = [.. times.Select(time => new FrameRange(ToFrame(time.From), ToFrame(time.Until)))],
        };

        int ToFrame(double seconds) => Math.Min(shot.Frames, (int)Math.Round(seconds * shot.Fps));
    }
}

/// <param name="From">First frame.</param>
/// <param name="Until">Frame after the last one.</param>
public readonly record struct FrameRange(int From, int Until);

/// <param name="Path">MP4 in the workspace.</param>
/// <param name="Draft">True if a provider failed and the local camera rendered the segment.</param>
public sealed record RenderedSegment(string Path, bool Draft = false);
