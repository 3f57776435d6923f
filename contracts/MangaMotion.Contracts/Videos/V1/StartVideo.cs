namespace MangaMotion.Contracts.Videos.V1;

/// <summary>Command: make the video, or go on with it where it stands. Delivered at least once.</summary>
public sealed record StartVideo
{
    /// <summary>The row in <c>jobs</c>; also the id of the video.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The chapter: one archive or PDF, or its pages in the order in which they were sent.</summary>
    public required IReadOnlyList<ChapterFile> Files { get; init; }

    public required VideoOptions Options { get; init; }
}
