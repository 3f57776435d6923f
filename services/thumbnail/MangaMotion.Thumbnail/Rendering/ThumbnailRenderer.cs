using MangaMotion.Contracts.Thumbnails.V1;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Running;
using MangaMotion.Media;
using MangaMotion.Media.Images;
using MangaMotion.Media.Sniffing;
using MangaMotion.Media.Workspaces;
using MangaMotion.Storage;

namespace MangaMotion.Thumbnail.Rendering;

/// <summary>Makes the derivatives of one asset and stores them under keys that are a function of the job.</summary>
public sealed class ThumbnailRenderer(IObjectStore store, WorkspaceRoot workspaces, IImageRenderer images)
{
    public async Task<ThumbnailResult> RenderAsync(JobRun<GenerateThumbnail> run, CancellationToken cancellationToken)
    {
        try
        {
            await using var workspace = workspaces.Create();
            await store.FetchAsync(run.Command.InputKey, workspace.Input, cancellationToken);
            return await RenderAsync(run, workspace, cancellationToken);
        }
        catch (ObjectNotFoundException exception)
        {
            throw new PermanentJobException("missing_object", "The original is not in the store any more; submit the file again.", exception);
        }
        catch (MediaException exception) when (exception.Permanent)
        {
            throw new PermanentJobException(exception.Code, exception.OwnerMessage, exception);
        }
    }

    private async Task<ThumbnailResult> RenderAsync(JobRun<GenerateThumbnail> run, Workspace workspace, CancellationToken cancellationToken)
    {
        var type = MediaSniffer.SniffFile(workspace.Input).Require();
        if (type.Kind != MediaKind.Image)
            throw new UnsupportedMediaException($"This is a {type.Title} file; only pictures have derivatives so far.");

        var image = await images.RenderAsync(workspace, workspace.Input, type, ImageParams.Parse(run.Params), cancellationToken);
        var files = new List<DerivedFile>(image.Files.Count);
        foreach (var file in image.Files)
            files.Add(await StoreAsync(run.JobId, file, cancellationToken));
        return new()
        {
            MediaType = type.Name,
            Width = image.Width,
            Height = image.Height,
            Frames = image.Frames,
            HasAlpha = image.HasAlpha,
            Thumbhash = image.ThumbHash,
            Files = files,
        };
    }

    private async Task<DerivedFile> StoreAsync(Guid jobId, MediaFile file, CancellationToken cancellationToken)
    {
        var key = $"processed/{jobId:N}/{file.Variant}{Path.GetExtension(file.Path)}";
        var stored = await store.PutFileAsync(key, file.Path, new() { ContentType = file.ContentType, ExpectedLength = file.Bytes }, cancellationToken);
        return new(file.Variant, key, file.ContentType, file.Width, file.Height, stored.Length, stored.Sha256!);
    }
}
