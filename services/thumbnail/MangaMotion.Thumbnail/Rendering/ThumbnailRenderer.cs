using MangaMotion.Contracts.Thumbnails.V1;
using MangaMotion.Jobs.Running;
using MangaMotion.Media;
using MangaMotion.Media.Images;
using MangaMotion.Media.Sniffing;
using MangaMotion.MediaJobs;
using MangaMotion.Storage;
using Microsoft.Extensions.Options;

namespace MangaMotion.Thumbnail.Rendering;

/// <summary>Renders the derivatives of one asset and stores them under keys that are a function of the job.</summary>
public sealed class ThumbnailRenderer(IObjectStore store, MediaWork media, MediaRenderer renderer, IOptions<MediaOptions> options)
{
    private const string MissingInput = "The original is not in the store any more; submit the file again.";

    private readonly long _maxBytes = options.Value.Limits.Bytes;

    public Task<ThumbnailResult> RenderAsync(JobRun<GenerateThumbnail> run, CancellationToken cancellationToken) =>
        media.RunAsync(MissingInput, async workspace =>
        {
            await store.FetchAsync(run.Command.InputKey, workspace.Input, _maxBytes, cancellationToken);
            var type = MediaSniffer.SniffFile(workspace.Input).Require();
            var (result, files) = await renderer.RenderAsync(workspace, type, ImageParams.Parse(run.Params), cancellationToken);
            return result with { Files = await StoreAsync(run.Command, files, cancellationToken) };
        });

    /// <summary>
    /// Stores all files at the same time, because storing waits for the disk or the store and needs little processor time.
    /// </summary>
    private async Task<IReadOnlyList<DerivedFile>> StoreAsync(
        GenerateThumbnail command, IReadOnlyList<MediaFile> files, CancellationToken cancellationToken) =>
        await Task.WhenAll(files.Select(file => StoreAsync(command, file, cancellationToken)));

    private async Task<DerivedFile> StoreAsync(GenerateThumbnail command, MediaFile file, CancellationToken cancellationToken)
    {
        var key = $"processed/{command.JobId:N}/{file.Variant}{Path.GetExtension(file.Path)}";
        var put = await store.PutFileAsync(
            key, file.Path, new() { ContentType = file.ContentType, ExpectedLength = file.Bytes }, cancellationToken);
        return new()
        {
            Variant = file.Variant,
            Url = command.FilesUrl is { } url ? $"{url}/{file.Variant}" : null,
            Key = key,
            ContentType = file.ContentType,
            Width = file.Width,
            Height = file.Height,
            Bytes = put.Length,
            Sha256 = put.Sha256!,
        };
    }
}
