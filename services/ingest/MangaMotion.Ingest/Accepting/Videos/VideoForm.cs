using MangaMotion.Api;

namespace MangaMotion.Ingest.Accepting.Videos;

/// <summary>Multipart form of a video: the chapter and its options.</summary>
internal sealed record VideoForm : VideoFields
{
    /// <summary>The chapter: a CBZ, CBR, CB7, CBT, ZIP, EPUB or PDF, or its pages in order, each a part of this name with a filename.</summary>
    public required IFormFileCollection Files { get; init; }
}
