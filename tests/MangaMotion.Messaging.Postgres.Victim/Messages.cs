namespace MangaMotion.Messaging.Postgres.Victim;

/// <summary>Command to write an effect row and publish <see cref="EffectWritten"/>.</summary>
public sealed record WriteEffect
{
    public required Guid Id { get; init; }
}

public sealed record EffectWritten
{
    public required Guid Id { get; init; }
}
