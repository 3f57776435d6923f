namespace MangaMotion.Contracts.Videos.V1;

/// <summary>Command: film one shot or the transition between two. What it needs stands in its row. Delivered at least once.</summary>
public sealed record RenderSegment
{
    /// <summary>The row in <c>jobs</c>, a part of the video.</summary>
    public required Guid JobId { get; init; }

    public required Guid VideoId { get; init; }
}
