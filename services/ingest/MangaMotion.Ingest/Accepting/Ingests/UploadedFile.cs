namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>A file of a request, stored already but not accepted yet.</summary>
/// <param name="Name">What the caller called it; shown, never used as a path.</param>
/// <param name="MediaType">By its magic bytes; null for what MangaMotion does not take.</param>
/// <param name="IsPayload">Whether it is the JSON records of the request, and not one of its files.</param>
public sealed record UploadedFile(Guid AssetId, string Name, string Key, long Size, string Sha256, string? MediaType, bool IsPayload = false)
{
    /// <summary>The direct upload that it was; null for a file of the request itself.</summary>
    public Guid? UploadId { get; init; }
}
