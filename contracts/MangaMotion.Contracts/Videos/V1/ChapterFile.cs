namespace MangaMotion.Contracts.Videos.V1;

/// <summary>One uploaded file of a chapter.</summary>
public sealed record ChapterFile
{
    /// <summary>Key in the object store.</summary>
    public required string Key { get; init; }

    /// <summary>Name that its owner gave it. It is shown and sorted by, and never used as a path.</summary>
    public required string Name { get; init; }
}
