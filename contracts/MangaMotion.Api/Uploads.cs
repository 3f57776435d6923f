using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MangaMotion.Api;

/// <summary>Request for a link to upload one file directly to the object store.</summary>
/// <param name="Name">File name for display; never used as a path.</param>
/// <param name="ContentType">Media type that the upload must declare; default <c>application/octet-stream</c>.</param>
/// <param name="Size">Exact length of the upload in bytes.</param>
/// <param name="Sha256">SHA-256 in hexadecimal; compared when the upload is used in an ingest.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UploadRequest(
    [property: Range(0, long.MaxValue)] long Size, [property: Example("scan.tiff")] string? Name = null,
    [property: Example("image/tiff")] string? ContentType = null, [property: RegularExpression("^[0-9a-fA-F]{64}$")] string? Sha256 = null);

/// <summary>Link to upload one file directly to the object store.</summary>
/// <param name="Method">PUT.</param>
/// <param name="Url">Address that grants the upload; needs no API key.</param>
/// <param name="Headers">Headers to send unchanged with the upload.</param>
/// <param name="ExpiresAt">Time at which the link expires.</param>
public sealed record UploadLink(
    Guid UploadId, string Method, Uri Url, IReadOnlyDictionary<string, string> Headers, DateTimeOffset ExpiresAt);

/// <summary>Uploads that are not used in an ingest or a video yet, newest first.</summary>
public sealed record UploadList(IReadOnlyList<OpenUpload> Uploads)
{
    [JsonPropertyName("nextPageToken")]
    public string? NextPageToken { get; init; }
}

/// <summary>Upload that is not used in an ingest or a video yet.</summary>
/// <param name="Received">
/// Stored bytes of a resumable upload; null for an upload by a link, whose bytes are counted when it is used.
/// </param>
/// <param name="ExpiresAt">Time at which the upload is deleted. Each stored part of a resumable upload delays it.</param>
public sealed record OpenUpload(
    Guid UploadId, string Name, long Size, long? Received, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

/// <summary>Ingest of files and JSON records that were uploaded directly to the object store.</summary>
public sealed record IngestOfUploads
{
    /// <summary>Uploads to process as files. Each upload can be used once.</summary>
    public IReadOnlyList<UploadReference> Uploads { get; init; } = [];

    /// <summary>Upload with JSON records: an array, one object, or one object a line.</summary>
    public UploadReference? Payload { get; init; }

    /// <summary>Name that groups ingests: 1 to 64 lower-case letters, digits, '-' or '_'.</summary>
    [RegularExpression("^[a-z0-9][a-z0-9_-]{0,63}$")]
    [Example("voyage")]
    public string? Collection { get; init; }

    /// <summary>high, normal or low.</summary>
    [Values(typeof(Priorities))]
    public string? Priority { get; init; }

    /// <summary>Earliest start of the jobs.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Http or https URL that is notified when the ingest is finished.</summary>
    [Example("https://example.com/hooks/mangamotion")]
    public Uri? CallbackUrl { get; init; }

    /// <summary>Parameters of the derivatives, a JSON object.</summary>
    public JsonElement? Params { get; init; }

    /// <summary>Variants of pictures, first pages and posters, at most 8. Default: those of the collection.</summary>
    [MaxLength(8)]
    public IReadOnlyList<Variant>? Variants { get; init; }
}

/// <param name="Name">File name that replaces the name given with the upload.</param>
public sealed record UploadReference(Guid UploadId, string? Name = null);
