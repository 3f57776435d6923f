namespace MangaMotion.Contracts.Records.V1;

/// <summary>Command: store the JSON records of one payload so that they can be queried. Delivered at least once.</summary>
public sealed record StoreRecords
{
    /// <summary>The row in <c>jobs</c> that holds the truth about this work.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The asset that the payload is.</summary>
    public required Guid AssetId { get; init; }

    /// <summary>Key of the payload in the object store.</summary>
    public required string InputKey { get; init; }

    /// <summary>The collection by which the records are read back; null where they are read by their ingest only.</summary>
    public string? Collection { get; init; }
}
