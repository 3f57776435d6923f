using MangaMotion.Api;

namespace MangaMotion.Ingest.Accepting.Videos;

/// <summary>Multipart form of a video: the chapter and its options.</summary>
internal sealed record VideoForm : VideoBaseFields
{
    /// <summary>
    /// The chapter: a CBZ, CBR, CB7, CBT, ZIP, EPUB or PDF, or its pages in order, each a part of this name with a filename.
    /// </summary>
    public required IFormFileCollection Files { get; init; }

    /// <summary>Variants of the poster: a JSON array of at most 8 objects as <c>Variant</c>. Default: those of the collection.</summary>
    [Example("[{\"name\": \"card\", \"longest_side\": 640, \"format\": \"webp\"}]")]
    public string? Variants { get; init; }
}
