namespace MangaMotion.Client;

/// <summary>What is to be put straight into the store.</summary>
/// <param name="Name">Shown, never used as a path.</param>
/// <param name="ContentType">The link is good for this type only; left out: <c>application/octet-stream</c>.</param>
/// <param name="Size">Bytes; the link is good for so many only.</param>
/// <param name="Sha256">Hexadecimal; checked when the upload is handed in.</param>
public sealed record UploadRequest(long Size, string? Name = null, string? ContentType = null, string? Sha256 = null);

/// <summary>Where one file may be put, once it is sent exactly as said here.</summary>
/// <param name="Method">PUT.</param>
/// <param name="Url">Holds the right to put the file; needs no API key.</param>
/// <param name="Headers">To be sent with it, unchanged.</param>
/// <param name="ExpiresAt">End of the link.</param>
public sealed record UploadLink(Guid UploadId, string Method, Uri Url, IReadOnlyDictionary<string, string> Headers, DateTimeOffset ExpiresAt);

/// <summary>An ingest of files, JSON records, or both, that were put straight into the store.</summary>
public sealed record IngestOfUploads
{
    /// <summary>The uploads that are files; each is taken once.</summary>
    public IReadOnlyList<UploadReference> Uploads { get; init; } = [];

    /// <summary>The upload that is the JSON records: an array, one object, or an object on each line.</summary>
    public UploadReference? Payload { get; init; }

    public string? Collection { get; init; }

    /// <summary>high, normal or low.</summary>
    public string? Priority { get; init; }

    /// <summary>Nothing starts before this time.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>An http or https URL that is told of the end of the ingest.</summary>
    public Uri? CallbackUrl { get; init; }

    /// <summary>How derivatives are made.</summary>
    public System.Text.Json.JsonElement? Params { get; init; }
}

/// <param name="Name">Another name than that of the upload.</param>
public sealed record UploadReference(Guid UploadId, string? Name = null);
