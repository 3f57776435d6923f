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
/// Lets a model on Replicate move what a panel shows. Transitions stay with our own camera. Where the model fails, our camera films the shot as well,
/// which is a draft then.
/// </summary>
internal sealed class ReplicateCamera(
    ReplicateClient client, SegmentRenderer local, PageReader pages, FrameEncoder encoder, IOptions<ReplicateOptions> options, ILogger<ReplicateCamera> log) : ISegmentRenderer
{
    /// <summary>Longest side of the picture that is sent, in pixels; it goes as a data URL.</summary>
    private const int PictureSize = 1280;

    private readonly ReplicateOptions _options = options.Value;

    public string Version => $"replicate-2 {_options.Model} {_options.ImageInput} {_options.Prompt} {local.Version}";

    public async Task<RenderedSegment> RenderAsync(SegmentSpec segment, IReadOnlyDictionary<int, string> pictures, Workspace workspace, CancellationToken cancellationToken)
    {
        if (segment.Views is not [var view])
            return await local.RenderAsync(segment, pictures, workspace, cancellationToken);
        try
        {
            var picture = await CutAsync(view.Shot, pictures[view.Shot.Page], workspace, cancellationToken);
            var input = new Dictionary<string, object> { ["prompt"] = _options.Prompt, [_options.ImageInput] = $"data:image/jpeg;base64,{Convert.ToBase64String(picture)}" };
            var video = workspace.NewPath("mp4");
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(_options.Deadline);
            await client.RunAsync(_options.Model!, input, video, deadline.Token);
            return new RenderedSegment(await encoder.AdoptAsync(workspace, video, new FilmFormat(segment.Width, segment.Height, segment.Fps), segment.Frames, cancellationToken));
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested && failure is HttpRequestException or OperationCanceledException or JsonException or MediaException)
        {
            log.LogWarning(failure, "Replicate failed for shot {Shot}; our own camera films it instead", view.Shot.Id);
            return await local.RenderAsync(segment, pictures, workspace, cancellationToken) with { Draft = true };
        }
    }

    /// <summary>The panel alone, as our own camera shows it: nothing of its neighbours goes to anybody.</summary>
    private Task<byte[]> CutAsync(ScriptShot shot, string picture, Workspace workspace, CancellationToken cancellationToken)
    {
        var (box, scale) = (shot.Panel, (double)PictureSize / Math.Max(shot.Panel.Width, shot.Panel.Height));
        var (width, height) = (Even(box.Width), Even(box.Height));
        var panel = new Panel(box.X, box.Y, box.Width, box.Height, shot.Confidence) { Outline = shot.Outline };
        return pages.ReadPanelJpegAsync(
            workspace, picture, new PanelCanvas(box.X, box.Y, box.Width, box.Height, width, height, 0, 0, width, height), PanelMask.DrawPanel(panel, width, height), cancellationToken);

        int Even(int side) => Math.Max(2, (int)(side * scale / 2) * 2);
    }
}
