namespace MangaMotion.Contracts.Thumbnails.V1;

/// <summary>Command: make the derivatives of one asset. Delivered at least once.</summary>
public sealed record GenerateThumbnail
{
    /// <summary>The row in <c>jobs</c> that holds the truth about this work.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The asset the derivatives belong to.</summary>
    public required Guid AssetId { get; init; }

    /// <summary>Key of the original in the object store.</summary>
    public required string InputKey { get; init; }

    /// <summary>Path below which the HTTP API serves each derivative by its name; null leaves the paths out of the result.</summary>
    public string? FilesUrl { get; init; }
}
