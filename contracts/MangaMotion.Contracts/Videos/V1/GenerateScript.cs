namespace MangaMotion.Contracts.Videos.V1;

/// <summary>Command to unpack the chapter, find panels and lettering, and write the script. Delivered at least once.</summary>
public sealed record GenerateScript
{
    /// <summary>Part of the video in <c>jobs</c>; its row describes the work.</summary>
    public required Guid JobId { get; init; }

    public required Guid VideoId { get; init; }
}
