using MangaMotion.Api;

namespace MangaMotion.Ingest.Accepting.Videos;

/// <summary>The parts of the multipart request, for the OpenAPI document.</summary>
internal sealed record VideoForm : VideoFields
{
    /// <summary>The chapter: a CBZ, ZIP or PDF, or its pages in order, each a part of this name with a filename.</summary>
    public IFormFileCollection? Files { get; init; }
}
