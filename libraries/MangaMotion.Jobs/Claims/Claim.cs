using System.Text.Json;

namespace MangaMotion.Jobs.Claims;

/// <summary>One worker's right to one attempt. Every write of the attempt carries the token; a stale one changes nothing.</summary>
public sealed record Claim(
    Guid JobId, Guid Token, string Type, Guid? OwnerId, Guid? IngestId, Guid? AssetId, int Attempt, int MaxAttempts, JsonElement Params)
{
    /// <summary>The job that this one is a part of.</summary>
    public Guid? ParentId { get; init; }

    /// <summary>Time until this attempt began, from when it could have.</summary>
    public TimeSpan Waited { get; init; }

    /// <summary>Time until this attempt began, from when the first one could have.</summary>
    public TimeSpan Age { get; init; }
}

/// <summary>Why a job was claimed or not.</summary>
public enum ClaimOutcome
{
    /// <summary>The job is ours.</summary>
    Claimed,

    /// <summary>Nothing is left to do: the job is done, failed or canceled, or there is no such job.</summary>
    Over,

    /// <summary>Another attempt is running; its lease ends at <see cref="ClaimAnswer.At"/>.</summary>
    Running,

    /// <summary>Not due before <see cref="ClaimAnswer.At"/>.</summary>
    NotDue,

    /// <summary>The worker died in this job too often.</summary>
    Poison,
}

/// <param name="At">When to look again, for <see cref="ClaimOutcome.Running"/> and <see cref="ClaimOutcome.NotDue"/>; the end of the lease for <see cref="ClaimOutcome.Claimed"/>. The database's clock.</param>
public sealed record ClaimAnswer(ClaimOutcome Outcome, Claim? Claim, DateTimeOffset? At)
{
    internal static readonly ClaimAnswer Over = new(ClaimOutcome.Over, null, null);
}
