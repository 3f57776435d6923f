namespace MangaMotion.Contracts.Videos.V1;

/// <summary>Command to make the video, or to resume it at the first stage that is not done. Delivered at least once.</summary>
public sealed record StartVideo
{
    /// <summary>Id of the job and of the video.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The chapter: one archive or PDF, or page images in the order in which they were sent.</summary>
    public required IReadOnlyList<ChapterFile> Files { get; init; }

    public required VideoOptions Options { get; init; }
}
