using System.Text.Json;

namespace MangaMotion.Jobs.Claims;

/// <summary>The right of one worker to one attempt. Every write of the attempt carries the token; a stale token changes nothing.</summary>
public sealed record Claim(
    Guid JobId, Guid Token, string Type, Guid? OwnerId, Guid? IngestId, Guid? AssetId, int Attempt, int MaxAttempts, JsonElement Params)
{
    /// <summary>Parent job; null for a top-level job.</summary>
    public Guid? ParentId { get; init; }

    /// <summary>Time from the moment this attempt was due to its start.</summary>
    public TimeSpan Waited { get; init; }

    /// <summary>Time from the moment the first attempt was due to the start of this one.</summary>
    public TimeSpan Age { get; init; }
}

/// <summary>Outcome of a request to claim a job.</summary>
public enum ClaimOutcome
{
    /// <summary>The claim is held.</summary>
    Claimed,

    /// <summary>The job is finished, or does not exist.</summary>
    Finished,

    /// <summary>Another attempt is running; its lease ends at <see cref="ClaimAnswer.At"/>.</summary>
    Running,

    /// <summary>Not due before <see cref="ClaimAnswer.At"/>.</summary>
    NotDue,

    /// <summary>Workers died in this job too often.</summary>
    Poison,
}

/// <param name="At">
/// Time by the database's clock: the end of the lease for <see cref="ClaimOutcome.Claimed"/> and <see cref="ClaimOutcome.Running"/>, the
/// due time for <see cref="ClaimOutcome.NotDue"/>.
/// </param>
public sealed record ClaimAnswer(ClaimOutcome Outcome, Claim? Claim, DateTimeOffset? At)
{
    internal static readonly ClaimAnswer Finished = new(ClaimOutcome.Finished, null, null);
}
