using MangaMotion.Ingest.Accepting.Ingests;
using MangaMotion.Storage;

namespace MangaMotion.Ingest.Accepting;

/// <summary>Removes objects that a submission does not need. The orphan sweep removes objects that this class could not remove.</summary>
public sealed class StoredFiles(IObjectStore store, ILogger<StoredFiles> logger)
{
    /// <summary>Removes the files of a submission that was not accepted.</summary>
    public Task RemoveFilesAsync(List<UploadedFile> files) =>
        RemoveAsync([.. files.Select(file => file.Key)], "a submission that was not accepted");

    public async Task RemoveAsync(IReadOnlyList<string> keys, string what)
    {
        if (keys.Count == 0)
            return;
        try
        {
            // Not the request's token: its caller may have disconnected, which may be why the files are removed.
            await store.DeleteAsync(keys, CancellationToken.None);
        }
        catch (Exception exception)
        {
            logger.LogWarning(
                exception, "{Count} objects of {What} not removed, the first is {Key}. The orphan sweep removes them.",
                keys.Count, what, keys[0]);
        }
    }
}
