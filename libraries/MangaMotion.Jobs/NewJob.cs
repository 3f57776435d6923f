namespace MangaMotion.Jobs;

/// <summary>A job to be accepted.</summary>
public sealed record NewJob
{
    public required Guid Id { get; init; }

    public required JobType Type { get; init; }

    /// <summary>Command of the type's contract. It is stored, so that the message can be published again.</summary>
    public required object Command { get; init; }

    public Guid? OwnerId { get; init; }

    public Guid? IngestId { get; init; }

    public Guid? AssetId { get; init; }

    public Lane Lane { get; init; } = Lane.Normal;

    /// <summary>Parameters of the caller: a JSON object.</summary>
    public string Params { get; init; } = "{}";

    public int MaxAttempts { get; init; } = 3;

    /// <summary>Earliest start, by the database's clock; null for at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }
}
