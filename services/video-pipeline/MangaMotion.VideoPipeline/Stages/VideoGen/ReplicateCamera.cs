using System.Text.Json;
using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;
using MangaMotion.Film.Frames;
using MangaMotion.Film.Pages;
using MangaMotion.Media;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Options;

namespace MangaMotion.VideoPipeline.Stages.VideoGen;

/// <summary>
/// Renders shots with a model on Replicate. The local camera renders transitions, and as a draft each shot for which the model fails.
/// </summary>
internal sealed class ReplicateCamera(
    ReplicateClient client, SegmentRenderer local, PageReader reader, FrameEncoder encoder, IOptions<ReplicateOptions> options,
    ILogger<ReplicateCamera> log) : ISegmentRenderer
{
    /// <summary>Longest side in pixels of the picture, which is sent as a data URL.</summary>
    private const int PictureSize = 1280;

    private readonly ReplicateOptions _options = options.Value;

    public string Version => $"replicate-2 {_options.Model} {_options.ImageInput} {_options.Prompt} {local.Version}";

    public async Task<RenderedSegment> RenderAsync(
        SegmentSpec segment, IReadOnlyDictionary<int, string> pages, Workspace workspace, CancellationToken cancellationToken)
    {
        if (segment.Views is not [{ Shot.Card: null } view])
            return await local.RenderAsync(segment, pages, workspace, cancellationToken);
        try
        {
            var picture = await CutPanelAsync(view.Shot, pages[view.Shot.Page], workspace, cancellationToken);
            var input = new Dictionary<string, object>
            {
                ["prompt"] = _options.Prompt,
                [_options.ImageInput] = $"data:image/jpeg;base64,{Convert.ToBase64String(picture)}",
            };
            var video = workspace.NewPath("mp4");
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(_options.Deadline);
            await client.RunAsync(_options.Model!, input, video, deadline.Token);
            var format = new FilmFormat(segment.Width, segment.Height, segment.Fps);
            return new(await encoder.AdoptAsync(workspace, video, format, segment.Frames, cancellationToken, segment.Captions));
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested
            && failure is HttpRequestException or OperationCanceledException or JsonException or MediaException)
        {
            log.LogWarning(failure, "Replicate failed for shot {Shot}. The local camera renders it as a draft.", view.Shot.Id);
            return await local.RenderAsync(segment, pages, workspace, cancellationToken) with { Draft = true };
        }
    }

    /// <summary>Cuts out the panel as the local camera shows it. No part of a neighbouring panel is sent to the provider.</summary>
    private Task<byte[]> CutPanelAsync(ScriptShot shot, string page, Workspace workspace, CancellationToken cancellationToken)
    {
        var (box, scale) = (shot.Panel, (double)PictureSize / Math.Max(shot.Panel.Width, shot.Panel.Height));
        var (width, height) = (Even(box.Width), Even(box.Height));
        var panel = new Panel(box.X, box.Y, box.Width, box.Height, shot.Confidence) { Outline = shot.Outline };
        var canvas = new PanelCanvas(box.X, box.Y, box.Width, box.Height, width, height, 0, 0, width, height);
        return reader.ReadPanelJpegAsync(workspace, page, canvas, PanelMask.DrawPanel(panel, width, height), cancellationToken);

        int Even(int side) => Math.Max(2, (int)(side * scale / 2) * 2);
    }
}
