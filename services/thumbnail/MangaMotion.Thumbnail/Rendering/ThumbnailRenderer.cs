using MangaMotion.Contracts.Thumbnails.V1;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Running;
using MangaMotion.Media;
using MangaMotion.Media.Images;
using MangaMotion.Media.Sniffing;
using MangaMotion.Media.Workspaces;
using MangaMotion.Storage;
using Microsoft.Extensions.Options;

namespace MangaMotion.Thumbnail.Rendering;

/// <summary>Makes the derivatives of one asset and stores them under keys that are a function of the job.</summary>
public sealed class ThumbnailRenderer(IObjectStore store, WorkspaceRoot workspaces, MediaRenderer media, IOptions<MediaOptions> options)
{
    private readonly long _maxBytes = options.Value.Limits.Bytes;

    public async Task<ThumbnailResult> RenderAsync(JobRun<GenerateThumbnail> run, CancellationToken cancellationToken)
    {
        try
        {
            await using var workspace = workspaces.Create();
            await store.FetchAsync(run.Command.InputKey, workspace.Input, _maxBytes, cancellationToken);
            var type = MediaSniffer.SniffFile(workspace.Input).Require();
            var (result, files) = await media.RenderAsync(workspace, type, ImageParams.Parse(run.Params), cancellationToken);
            return result with { Files = await StoreAsync(run.JobId, files, cancellationToken) };
        }
        catch (ObjectNotFoundException exception)
        {
            throw new PermanentJobException("missing_object", "The original is not in the store any more; submit the file again.", exception);
        }
        catch (ObjectTooLargeException exception)
        {
            throw new ResourceLimitException("bytes", $"The file has {exception.Length:N0} bytes; {exception.Limit:N0} are allowed.", exception);
        }
        catch (MediaLimitException exception)
        {
            throw new ResourceLimitException(exception.Limit, exception.OwnerMessage, exception) { ToolOutput = exception.Detail };
        }
        catch (MediaException exception)
        {
            throw exception.Permanent
                ? new PermanentJobException(exception.Code, exception.OwnerMessage, exception) { ToolOutput = exception.Detail }
                : new TransientJobException(exception.Code, exception.OwnerMessage, exception) { ToolOutput = exception.Detail };
        }
        catch (IOException exception)
        {
            throw new TransientJobException("store_unavailable", "The file store or the scratch disk did not answer as it should, which is no fault of the file.", exception);
        }
    }

    /// <summary>Side by side: each waits for the disk or the store, not for the processor.</summary>
    private async Task<IReadOnlyList<DerivedFile>> StoreAsync(Guid jobId, IReadOnlyList<MediaFile> files, CancellationToken cancellationToken) =>
        await Task.WhenAll(files.Select(file => StoreAsync(jobId, file, cancellationToken)));

    private async Task<DerivedFile> StoreAsync(Guid jobId, MediaFile file, CancellationToken cancellationToken)
    {
        var key = $"processed/{jobId:N}/{file.Variant}{Path.GetExtension(file.Path)}";
        var put = await store.PutFileAsync(key, file.Path, new() { ContentType = file.ContentType, ExpectedLength = file.Bytes }, cancellationToken);
        return new()
        {
            Variant = file.Variant,
            Key = key,
            ContentType = file.ContentType,
            Width = file.Width,
            Height = file.Height,
            Bytes = put.Length,
            Sha256 = put.Sha256!,
        };
    }
}
