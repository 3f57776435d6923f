using System.Diagnostics;
using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Panels;
using MangaMotion.Film.Frames;
using MangaMotion.Film.Pages;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.VideoPipeline.Stages.VideoGen;

/// <summary>
/// Films with our own camera: each panel is read once, as large as its camera's way needs, and every frame is drawn from it and
/// encoded once.
/// </summary>
internal sealed class SegmentRenderer(PageReader pages, FrameEncoder encoder) : ISegmentRenderer
{
    /// <summary>The first number is raised when the same panel would be framed, moved over or faded differently.</summary>
    public string Version => $"camera-2 {FrameEncoder.Settings}";

    public async Task<RenderedSegment> RenderAsync(SegmentSpec segment, IReadOnlyDictionary<int, string> pictures, Workspace workspace, CancellationToken cancellationToken)
    {
        var format = new FilmFormat(segment.Width, segment.Height, segment.Fps);
        var cameras = new List<ShotCamera>(segment.Views.Count);
        foreach (var view in segment.Views)
            cameras.Add(await CameraAsync(segment, view, pictures[view.Shot.Page], workspace, cancellationToken));
        return new RenderedSegment(await encoder.EncodeAsync(workspace, format, segment.Frames, Drawer(segment, cameras), cancellationToken));
    }

    private static Action<int, Span<byte>> Drawer(SegmentSpec segment, List<ShotCamera> cameras)
    {
        var fps = (double)segment.Fps;
        switch (cameras)
        {
            case [var camera]:
                return (n, frame) => camera.Render((segment.Views[0].FirstFrame + n) / fps, frame);
            case [var going, var coming]:
                var fade = new CrossFade(going, coming, segment.Frames / fps);
                return (n, frame) => fade.Render(n / fps, frame);
            default:
                throw new UnreachableException($"A segment shows one shot or goes from one to another; this one has {cameras.Count}.");
        }
    }

    private async Task<ShotCamera> CameraAsync(SegmentSpec segment, ShotView view, string picture, Workspace workspace, CancellationToken cancellationToken)
    {
        var (shot, box, fps) = (view.Shot, view.Shot.Panel, (double)segment.Fps);
        var panel = new Panel(box.X, box.Y, box.Width, box.Height, shot.Confidence) { Outline = shot.Outline };
        var lettering = PanelLettering.ScheduleBoxes(
            (shot.Lettering ?? []).Select(text => ((double)text.X, (double)text.Y, (double)text.Width, (double)text.Height)), view.ReadFrom / fps, view.ReadUntil / fps);
        var size = new FrameSize(segment.Width, segment.Height);
        var stage = PanelStage.Create(panel, size, view.ShotFrames / fps, segment.Direction, shot.Move, lettering);
        var planes = await pages.ReadPanelAsync(
            workspace,
            picture,
            new PanelCanvas(box.X, box.Y, box.Width, box.Height, stage.Width, stage.Height, stage.Left, stage.Top, stage.PanelWidth, stage.PanelHeight),
            stage.CreateMask(panel),
            cancellationToken);
        return new ShotCamera(new PagePlanes(planes, stage.Width, stage.Height), stage.Path, size);
    }
}
