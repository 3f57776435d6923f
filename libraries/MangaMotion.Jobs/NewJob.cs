namespace MangaMotion.Jobs;

/// <summary>A job about to be accepted.</summary>
public sealed record NewJob
{
    public required Guid Id { get; init; }

    public required JobType Type { get; init; }

    /// <summary>The command of the type's contract; stored, so that the message can be made again.</summary>
    public required object Command { get; init; }

    public Guid? OwnerId { get; init; }

    public Guid? IngestId { get; init; }

    public Guid? AssetId { get; init; }

    public Lane Lane { get; init; } = Lane.Normal;

    /// <summary>The caller's parameters, a JSON object.</summary>
    public string Params { get; init; } = "{}";

    public int MaxAttempts { get; init; } = 3;

    /// <summary>Not started before this time (the database's clock decides); null is at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }
}
