namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>A file of a request that is stored and not accepted yet.</summary>
/// <param name="Name">File name for display; never used as a path.</param>
/// <param name="MediaType">Type by the file's first bytes; null if MangaMotion has no use for the type.</param>
/// <param name="IsPayload">True for the JSON records of the request.</param>
public sealed record UploadedFile(
    Guid AssetId, string Name, string Key, long Size, string Sha256, string? MediaType, bool IsPayload = false)
{
    /// <summary>Upload that the file was read from; null for a file of the request itself.</summary>
    public Guid? UploadId { get; init; }

    /// <summary>Keys of the upload's objects, which are removed once the request is accepted.</summary>
    public IReadOnlyList<string> UploadKeys { get; init; } = [];
}
