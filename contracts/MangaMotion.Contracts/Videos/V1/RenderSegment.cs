namespace MangaMotion.Contracts.Videos.V1;

/// <summary>Command to render one shot, or the transition between two. Delivered at least once.</summary>
public sealed record RenderSegment
{
    /// <summary>Part of the video in <c>jobs</c>; its row describes the work.</summary>
    public required Guid JobId { get; init; }

    public required Guid VideoId { get; init; }
}
