using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Panels;

namespace MangaMotion.VideoPipeline.Stages.VideoGen;

/// <summary>Plans the camera of a shot from the script and the times at which its lettering is read.</summary>
internal static class ShotStage
{
    /// <param name="segment">Segment that shows the shot. Size, speed and direction of the video count, not its frames.</param>
    public static PanelStage Create(SegmentSpec segment, ShotView view) =>
        PanelStage.Create(CreatePanel(view), GetSize(segment), PlanPath(segment, view));

    /// <summary>Plans the path of the camera in page pixels.</summary>
    public static CameraPath PlanPath(SegmentSpec segment, ShotView view) => CameraPlan.PlanPath(
        CreatePanel(view), GetSize(segment), view.ShotFrames / (double)segment.Fps, segment.Direction, view.Shot.Move,
        ScheduleLettering(segment, view), view.Shot.Focus);

    public static Panel CreatePanel(ShotView view)
    {
        var (shot, box) = (view.Shot, view.Shot.Panel);
        return new(box.X, box.Y, box.Width, box.Height, shot.Confidence) { Outline = shot.Outline };
    }

    /// <summary>Lists the boxes of the line's lettering in page pixels, each with the time in which it is read.</summary>
    public static IReadOnlyList<PanelLettering> ScheduleLettering(SegmentSpec segment, ShotView view) => PanelLettering.ExtendForReader(
        (view.Shot.Lettering ?? []).Zip(view.Reads, (box, read) => new PanelLettering(
            box.X, box.Y, box.Width, box.Height, read.From / (double)segment.Fps, read.Until / (double)segment.Fps)));

    private static FrameSize GetSize(SegmentSpec segment) => new(segment.Width, segment.Height);
}
