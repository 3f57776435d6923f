namespace MangaMotion.Contracts.Videos.V1;

/// <summary>One uploaded file of a chapter.</summary>
public sealed record ChapterFile
{
    /// <summary>In the object store.</summary>
    public required string Key { get; init; }

    /// <summary>What its owner calls it; shown and sorted by, never used as a path.</summary>
    public required string Name { get; init; }
}
