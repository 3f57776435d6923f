using System.ComponentModel.DataAnnotations;
using MangaMotion.Api;

namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>Multipart form of an ingest: files, JSON records, or both.</summary>
internal sealed record IngestForm
{
    /// <summary>Files to process, each a part of this name with a filename.</summary>
    public IFormFileCollection? Files { get; init; }

    /// <summary>JSON records to store: an array, one object, or one object a line.</summary>
    public IFormFile? Payload { get; init; }

    /// <summary>Name that groups ingests: 1 to 64 lower-case letters, digits, '-' or '_'.</summary>
    [RegularExpression("^[a-z0-9][a-z0-9_-]{0,63}$")]
    [Example("voyage")]
    public string? Collection { get; init; }

    /// <summary>high, normal or low.</summary>
    [Values(typeof(Priorities))]
    public string? Priority { get; init; }

    /// <summary>Earliest start of the jobs; UTC if it has no offset.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Http or https URL that is notified when the ingest is finished.</summary>
    [Example("https://example.com/hooks/mangamotion")]
    public Uri? CallbackUrl { get; init; }

    /// <summary>Parameters of the derivatives, a JSON object.</summary>
    [Example("{\"thumbnail_size\": 256, \"format\": \"webp\"}")]
    public string? Params { get; init; }

    /// <summary>
    /// Variants of pictures, first pages and posters: a JSON array of at most 8 objects as <c>Variant</c>. Default: those of the
    /// collection.
    /// </summary>
    [Example("[{\"name\": \"card\", \"longest_side\": 640, \"format\": \"webp\"}]")]
    public string? Variants { get; init; }
}
