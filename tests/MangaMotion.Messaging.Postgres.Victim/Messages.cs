namespace MangaMotion.Messaging.Postgres.Victim;

/// <summary>Command: write an effect row, then say so with a <see cref="EffectWritten"/>.</summary>
public sealed record WriteEffect
{
    public required Guid Id { get; init; }
}

public sealed record EffectWritten
{
    public required Guid Id { get; init; }
}
