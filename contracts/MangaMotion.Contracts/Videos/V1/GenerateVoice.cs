namespace MangaMotion.Contracts.Videos.V1;

/// <summary>Command: speak the line of one shot. What it needs stands in its row. Delivered at least once.</summary>
public sealed record SpeakShot
{
    /// <summary>The row in <c>jobs</c>, a part of the video.</summary>
    public required Guid JobId { get; init; }

    public required Guid VideoId { get; init; }
}
