using MangaMotion.Media;
using MangaMotion.Media.Audio;
using MangaMotion.Media.Chapters;
using MangaMotion.Media.Images;
using MangaMotion.Media.Pdf;
using MangaMotion.Media.Video;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Thumbnail.Rendering;

/// <summary>Renders a file by the renderer of its kind, and describes the file in the result.</summary>
public sealed class MediaRenderer(
    IImageRenderer images, PdfRenderer pdfs, ChapterReader chapters, VideoRenderer videos, AudioRenderer sounds)
{
    /// <summary>Most pages that are tried for a cover, from the first, until one can be read.</summary>
    private const int CoverPages = 5;

    /// <param name="workspace">Workspace that holds the input.</param>
    public Task<(ThumbnailResult Result, IReadOnlyList<MediaFile> Files)> RenderAsync(
        Workspace workspace, MediaType type, ImageRequest request, CancellationToken cancellationToken) => type.Kind switch
        {
            MediaKind.Image => ImageAsync(workspace, type, request, cancellationToken),
            MediaKind.Pdf => PdfAsync(workspace, type, request, cancellationToken),
            MediaKind.Video or MediaKind.Audio => PlayableAsync(workspace, type, request, cancellationToken),
            _ => ChapterAsync(workspace, type, request, cancellationToken),
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

    /// <summary>Renders the first readable page of a chapter.</summary>
    private async Task<(ThumbnailResult Result, IReadOnlyList<MediaFile> Files)> ChapterAsync(
        Workspace workspace, MediaType type, ImageRequest request, CancellationToken cancellationToken)
    {
        using var chapter = await chapters.OpenAsync(workspace, [new(workspace.Input, "chapter")], cancellationToken);
        for (var i = 0; ; i++)
        {
            try
            {
                var page = await chapter.UnpackAsync(chapter.Pages[i], cancellationToken);
                var image = await images.RenderAsync(
                    workspace, page.Path, page.Type, request with { AnimationSize = null }, cancellationToken);
                List<string> notes =
                    [.. image.Notes, "A narrated video of this chapter is made by POST /api/v1/videos with the ingest_id."];
                if (i > 0)
                    notes.Insert(0, $"The cover is page {i + 1}, the first page that can be read.");
                return (Picture(type, image) with { Pages = chapter.Pages.Count, Notes = notes }, image.Files);
            }
            catch (MediaException exception) when (exception.Permanent && i + 1 < Math.Min(CoverPages, chapter.Pages.Count))
            {
                // The next page may be readable.
            }
        }
    }

    /// <summary>
    /// Renders a file by its pictures or its sound, as its type says. If the file has none of these, renders it by the other.
    /// </summary>
    private async Task<(ThumbnailResult Result, IReadOnlyList<MediaFile> Files)> PlayableAsync(
        Workspace workspace, MediaType type, ImageRequest request, CancellationToken cancellationToken)
    {
        var made = type.Kind == MediaKind.Video
            ? await VideoAsync(workspace, type, request, cancellationToken) ?? await SoundAsync(workspace, type, cancellationToken)
            : await SoundAsync(workspace, type, cancellationToken) ?? await VideoAsync(workspace, type, request, cancellationToken);
        return made ?? throw new UnsupportedMediaException($"The {type.Title} contains neither pictures nor sound that can be played.");
    }

    private async Task<(ThumbnailResult Result, IReadOnlyList<MediaFile> Files)?> VideoAsync(
        Workspace workspace, MediaType type, ImageRequest request, CancellationToken cancellationToken)
    {
        if (await videos.RenderAsync(workspace, workspace.Input, type, request, cancellationToken) is not { } video)
            return null;

        var result = Picture(type, video.Image) with
        {
            MediaType = Name(type, "video"),
            Width = video.Width,
            Height = video.Height,
            Duration = video.Seconds,
            Rotation = video.Rotation,
            VideoCodec = video.VideoCodec,
            AudioCodec = video.AudioCodec,
        };
        return (result, video.Image.Files);
    }

    private async Task<(ThumbnailResult Result, IReadOnlyList<MediaFile> Files)?> SoundAsync(
        Workspace workspace, MediaType type, CancellationToken cancellationToken)
    {
        if (await sounds.RenderAsync(workspace, workspace.Input, type, new AudioRequest(), cancellationToken) is not { } sound)
            return null;

        var result = new ThumbnailResult
        {
            MediaType = Name(type, "audio"),
            Duration = sound.Seconds,
            AudioCodec = sound.Codec,
            SampleRate = sound.SampleRate,
            Channels = sound.Channels,
        };
        return (result, sound.Files);
    }

    /// <summary>Names a container by its content: a WebM with sound only is <c>audio/webm</c>.</summary>
    private static string Name(MediaType type, string kind) => $"{kind}{type.Name[type.Name.IndexOf('/')..]}";

    private static ThumbnailResult Picture(MediaType type, RenderedImage image) => new()
    {
        MediaType = type.Name,
        Width = image.Width,
        Height = image.Height,
        Thumbhash = image.ThumbHash,
        Notes = image.Notes.Count > 0 ? image.Notes : null,
    };
}
