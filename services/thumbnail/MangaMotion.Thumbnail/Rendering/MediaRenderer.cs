using MangaMotion.Media;
using MangaMotion.Media.Audio;
using MangaMotion.Media.Images;
using MangaMotion.Media.Pdf;
using MangaMotion.Media.Video;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Thumbnail.Rendering;

/// <summary>Sends a file to the renderer of its kind, and tells what it is in the words of the result.</summary>
public sealed class MediaRenderer(IImageRenderer images, PdfRenderer pdfs, VideoRenderer videos, AudioRenderer sounds)
{
    /// <param name="workspace">Holds the input.</param>
    public Task<(ThumbnailResult Result, IReadOnlyList<MediaFile> Files)> RenderAsync(
        Workspace workspace, MediaType type, ImageRequest request, CancellationToken cancellationToken) => type.Kind switch
        {
            MediaKind.Image => ImageAsync(workspace, type, request, cancellationToken),
            MediaKind.Pdf => PdfAsync(workspace, type, request, cancellationToken),
            MediaKind.Video => VideoAsync(workspace, type, request, cancellationToken),
            MediaKind.Audio => SoundAsync(workspace, type, cancellationToken),
            _ => throw new UnsupportedMediaException($"This is {type.TitleWithArticle} archive; archives have no thumbnail. Submit the files in it."),
        };

    private async Task<(ThumbnailResult Result, IReadOnlyList<MediaFile> Files)> ImageAsync(
        Workspace workspace, MediaType type, ImageRequest request, CancellationToken cancellationToken)
    {
        var image = await images.RenderAsync(workspace, workspace.Input, type, request, cancellationToken);
        return (Picture(type, image) with { Frames = image.Frames, HasAlpha = image.HasAlpha }, image.Files);
    }

    private async Task<(ThumbnailResult Result, IReadOnlyList<MediaFile> Files)> PdfAsync(
        Workspace workspace, MediaType type, ImageRequest request, CancellationToken cancellationToken)
    {
        var pdf = await pdfs.RenderAsync(workspace, workspace.Input, request, cancellationToken);
        return (Picture(type, pdf.Image) with { Pages = pdf.Pages }, pdf.Image.Files);
    }

    private async Task<(ThumbnailResult Result, IReadOnlyList<MediaFile> Files)> VideoAsync(
        Workspace workspace, MediaType type, ImageRequest request, CancellationToken cancellationToken)
    {
        var video = await videos.RenderAsync(workspace, workspace.Input, type, request, cancellationToken);
        var result = Picture(type, video.Image) with
        {
            Width = video.Width,
            Height = video.Height,
            Duration = video.Seconds,
            Rotation = video.Rotation,
            VideoCodec = video.VideoCodec,
            AudioCodec = video.AudioCodec,
        };
        return (result, video.Image.Files);
    }

    private async Task<(ThumbnailResult Result, IReadOnlyList<MediaFile> Files)> SoundAsync(
        Workspace workspace, MediaType type, CancellationToken cancellationToken)
    {
        var sound = await sounds.RenderAsync(workspace, workspace.Input, type, new AudioRequest(), cancellationToken);
        var result = new ThumbnailResult
        {
            MediaType = type.Name,
            Duration = sound.Seconds,
            AudioCodec = sound.Codec,
            SampleRate = sound.SampleRate,
            Channels = sound.Channels,
        };
        return (result, sound.Files);
    }

    private static ThumbnailResult Picture(MediaType type, RenderedImage image) => new()
    {
        MediaType = type.Name,
        Width = image.Width,
        Height = image.Height,
        Thumbhash = image.ThumbHash,
    };
}
