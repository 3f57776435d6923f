using System.Text.Json;
using System.Text.Json.Serialization;

namespace MangaMotion.Api;

/// <summary>Statuses of a dead letter.</summary>
[Enumeration("DeadLetterStatus")]
public static class DeadLetterStatuses
{
    public const string Open = "open";
    public const string Replaying = "replaying";
    public const string Resolved = "resolved";

    /// <summary>The replay failed; the job has a newer dead letter.</summary>
    public const string FailedAgain = "failed_again";
}

/// <summary>Statuses of a replay request.</summary>
[Enumeration("ReplayStatus")]
public static class ReplayStatuses
{
    public const string Running = "running";
    public const string Finished = "finished";

    /// <summary>Ended before all dead letters were replayed, for example because the canary failed.</summary>
    public const string Stopped = "stopped";
}

/// <summary>Dead letters as <c>items</c>, or with <c>group_by</c> as <c>groups</c>; the other is null.</summary>
public sealed record FailedJobs
{
    public IReadOnlyList<FailedJob>? Items { get; init; }

    public IReadOnlyList<FailedJobGroup>? Groups { get; init; }

    [JsonPropertyName("nextPageToken")]
    public string? NextPageToken { get; init; }
}

/// <summary>Dead letter: a job that failed for good.</summary>
public sealed record FailedJob
{
    public required Guid Id { get; init; }

    public required Guid OwnerId { get; init; }

    public required Guid JobId { get; init; }

    [Values(typeof(JobTypeNames))]
    public required string Type { get; init; }

    /// <summary><c>open</c>, <c>replaying</c>, <c>resolved</c>, or <c>failed_again</c> if the job has a newer dead letter.</summary>
    [Values(typeof(DeadLetterStatuses))]
    public required string Status { get; init; }

    /// <summary>Reason of the failure, for the owner of the file.</summary>
    public required string Cause { get; init; }

    /// <summary>Action that the owner can take.</summary>
    public required string Remedy { get; init; }

    /// <summary>Stable error code for programs.</summary>
    [Example("unreadable_image")]
    public required string Code { get; init; }

    /// <summary>Equal for failures with the same cause.</summary>
    public required string Fingerprint { get; init; }

    public required int Attempts { get; init; }

    public required int MaxAttempts { get; init; }

    public Guid? IngestId { get; init; }

    public Guid? AssetId { get; init; }

    /// <summary>Name of the file.</summary>
    public string? Name { get; init; }

    public string? Collection { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>Returned only for a single dead letter, and only to keys with the <c>operate</c> scope.</summary>
    public OperatorDetail? Operator { get; init; }
}

/// <summary>Details returned only to keys with the <c>operate</c> scope.</summary>
/// <param name="ErrorClass">Type of the exception.</param>
/// <param name="Stack">Exception with its stack trace.</param>
/// <param name="Input">Command that started the job.</param>
/// <param name="ToolOutput">Command line, exit code and end of stderr of the tool that failed; null if no tool failed.</param>
/// <param name="ErrorQueue">RabbitMQ queue that holds the message while the dead letter is open.</param>
public sealed record OperatorDetail(string ErrorClass, string Stack, JsonElement Input, string? ToolOutput, string ErrorQueue);

/// <summary>Dead letters with the same cause.</summary>
/// <param name="Status"><c>open</c> if one is open; else <c>replaying</c> if one is replaying; else <c>resolved</c>.</param>
/// <param name="ErrorClass">Type of the exception; only for keys with the <c>operate</c> scope.</param>
/// <param name="OperatorCause">Message of the innermost exception of the sample; only for keys with the <c>operate</c> scope.</param>
/// <param name="Sample">Newest open dead letter; the newest of all if none is open.</param>
public sealed record FailedJobGroup(
    string Fingerprint, [property: Values(typeof(DeadLetterStatuses))] string Status, long Open, long Replaying, long Resolved,
    DateTimeOffset FirstSeen, DateTimeOffset LastSeen, string? ErrorClass, string? OperatorCause, FailedJob Sample);

/// <summary>Request to replay open dead letters: <c>all</c>, or those that match every other filter that is set.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ReplayFailedJobs
{
    /// <summary>Owner whose dead letters are replayed, or * for all; default: the owner of the key. Only for the first key.</summary>
    public string? Owner { get; init; }

    public bool All { get; init; }

    public string? Fingerprint { get; init; }

    [Values(typeof(JobTypeNames))]
    public string? Type { get; init; }

    /// <summary>Ids of dead letters.</summary>
    public IReadOnlyList<Guid>? Ids { get; init; }

    /// <summary>Code or class of the error.</summary>
    public string? Error { get; init; }

    public string? Collection { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>Part of the error or of the file's name, or an id.</summary>
    public string? Q { get; init; }

    /// <summary>Replays one dead letter first, and the others only if it succeeds.</summary>
    public bool Canary { get; init; }
}

/// <summary>Progress of a request to replay dead letters.</summary>
public sealed record ReplayProgress
{
    public required Guid Id { get; init; }

    /// <summary><c>running</c>, <c>finished</c>, or <c>stopped</c> because of <c>reason</c>.</summary>
    [Values(typeof(ReplayStatuses))]
    public required string Status { get; init; }

    public required bool Canary { get; init; }

    /// <summary>The request.</summary>
    public required JsonElement Filter { get; init; }

    /// <summary>Number of dead letters that matched and were not part of another running replay.</summary>
    public required long Total { get; init; }

    public required long Waiting { get; init; }

    /// <summary>Jobs restarted so far, whether finished or not.</summary>
    public required long Released { get; init; }

    public required long Succeeded { get; init; }

    public required long FailedAgain { get; init; }

    public required long Canceled { get; init; }

    /// <summary>Dead letters not replayed here: replayed or deleted by another request, or left open because the canary failed.</summary>
    public required long Skipped { get; init; }

    public string? Reason { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

public sealed record DeletedFailedJobs(int Deleted);
