using System.Text.Json;
using MangaMotion.Media;
using MangaMotion.Media.Film;
using MangaMotion.Media.Pages;
using MangaMotion.Media.Workspaces;
using MangaMotion.VideoPipeline.Rendering;
using MangaMotion.VideoPipeline.Stages;
using Microsoft.Extensions.Options;

namespace MangaMotion.VideoPipeline.Providers;

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

    public string Version => $"replicate-1 {_options.Model} {_options.ImageInput} {_options.Prompt} {local.Version}";

    public async Task<RenderedSegment> RenderAsync(SegmentSpec segment, IReadOnlyDictionary<int, string> pictures, Workspace workspace, CancellationToken cancellationToken)
    {
        if (segment.Views is not [var view])
            return await local.RenderAsync(segment, pictures, workspace, cancellationToken);
        try
        {
            var box = view.Shot.Panel;
            var picture = await pages.ReadPanelJpegAsync(workspace, pictures[view.Shot.Page], box.X, box.Y, box.Width, box.Height, PictureSize, cancellationToken);
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
}
