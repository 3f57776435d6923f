using System.Security.Cryptography;
using MangaMotion.Storage;

namespace MangaMotion.Cli.Backups;

/// <summary>Verified copies of objects from store to store.</summary>
internal static class ObjectCopy
{
    private const string UnknownType = "application/octet-stream";

    /// <exception cref="ObjectNotFoundException">The source has no such object.</exception>
    /// <exception cref="ObjectMismatchException">The bytes do not have the length or the SHA-256 of the source's description.</exception>
    public static async Task<StoredObject> CopyAsync(
        IObjectStore source, IObjectStore target, string key, CancellationToken cancellationToken)
    {
        await using var content = await source.GetAsync(key, range: null, cancellationToken);
        var options = new PutOptions
        {
            ContentType = string.IsNullOrEmpty(content.Info.ContentType) ? UnknownType : content.Info.ContentType,
            ExpectedLength = content.Info.Length,
            ExpectedSha256 = content.Info.Sha256,
        };
        return await target.PutAsync(key, content.Stream, options, cancellationToken);
    }

    /// <summary>Whether a store has the object with exactly these bytes. They are read.</summary>
    public static async Task<bool> IsIntactAsync(IObjectStore store, InventoryItem item, CancellationToken cancellationToken)
    {
        try
        {
            await using var content = await store.GetAsync(item.Key, range: null, cancellationToken);
            return content.Info.Length == item.Length
                && Convert.ToHexStringLower(await SHA256.HashDataAsync(content.Stream, cancellationToken)) == item.Sha256;
        }
        catch (ObjectNotFoundException)
        {
            return false;
        }
    }
}
