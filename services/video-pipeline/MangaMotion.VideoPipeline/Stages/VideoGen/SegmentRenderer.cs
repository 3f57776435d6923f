using System.Diagnostics;
using MangaMotion.Comics.Camera;
using MangaMotion.Film.Frames;
using MangaMotion.Film.Pages;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.VideoPipeline.Stages.VideoGen;

/// <summary>
/// Renders with the local camera. Each panel is read once, as large as the path of its camera needs. Every frame is drawn from it and
/// encoded once.
/// </summary>
internal sealed class SegmentRenderer(PageReader reader, FrameEncoder encoder) : ISegmentRenderer
{
    /// <summary>Increase the number when the same panel is framed, moved over, faded or captioned differently.</summary>
    public string Version => $"camera-5 {FrameEncoder.Settings}";

    public async Task<RenderedSegment> RenderAsync(
        SegmentSpec segment, IReadOnlyDictionary<int, string> pages, Workspace workspace, CancellationToken cancellationToken)
    {
        var format = new FilmFormat(segment.Width, segment.Height, segment.Fps);
        var cameras = new List<ShotCamera>(segment.Views.Count);
        foreach (var view in segment.Views)
            cameras.Add(await CreateCameraAsync(segment, view, pages[view.Shot.Page], workspace, cancellationToken));
        var draw = CreateDrawer(segment, cameras);
        return new(await encoder.EncodeAsync(workspace, format, segment.Frames, draw, cancellationToken, segment.Captions));
    }

    private static Action<int, Span<byte>> CreateDrawer(SegmentSpec segment, List<ShotCamera> cameras)
    {
        var fps = (double)segment.Fps;
        switch (cameras)
        {
            case [var camera]:
                return (n, frame) => camera.Render((segment.Views[0].FirstFrame + n) / fps, frame);
            case [var outgoing, var incoming]:
                var fade = new CrossFade(outgoing, incoming, segment.Frames / fps);
                return (n, frame) => fade.Render(n / fps, frame);
            default:
                throw new UnreachableException($"A segment shows one shot or the transition between two; this one has {cameras.Count}.");
        }
    }

    private async Task<ShotCamera> CreateCameraAsync(
        SegmentSpec segment, ShotView view, string page, Workspace workspace, CancellationToken cancellationToken)
    {
        var (box, size) = (view.Shot.Panel, new FrameSize(segment.Width, segment.Height));
        var stage = ShotStage.Create(segment, view);
        var planes = await reader.ReadPanelAsync(
            workspace,
            page,
            new PanelCanvas(
                box.X, box.Y, box.Width, box.Height, stage.Width, stage.Height, stage.Left, stage.Top, stage.PanelWidth, stage.PanelHeight),
            stage.CreateMask(ShotStage.CreatePanel(view)),
            cancellationToken);
        return new ShotCamera(new PagePlanes(planes, stage.Width, stage.Height), stage.Path, size) { IsDark = view.Shot.Card is not null };
    }
}
