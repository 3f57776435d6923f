using System.Text.Json;
using System.Text.Json.Serialization;

namespace MangaMotion.Client;

/// <summary>Dead letters: <see cref="Items"/>, or with <c>group_by</c> <see cref="Groups"/>; the other is null.</summary>
public sealed record FailedJobs
{
    public IReadOnlyList<FailedJob>? Items { get; init; }

    public IReadOnlyList<FailedJobGroup>? Groups { get; init; }

    [JsonPropertyName("nextPageToken")]
    public string? NextPageToken { get; init; }
}

/// <summary>A job that failed for good.</summary>
public sealed record FailedJob
{
    public required Guid Id { get; init; }

    public required Guid JobId { get; init; }

    public required string Type { get; init; }

    /// <summary><c>open</c>; <c>replaying</c>; <c>resolved</c>; or <c>failed_again</c>: a newer dead letter of the job took its place.</summary>
    public required string Status { get; init; }

    /// <summary>What happened, in the owner's words.</summary>
    public required string Cause { get; init; }

    /// <summary>What the owner can do about it.</summary>
    public required string Remedy { get; init; }

    /// <summary>Stable, for programs.</summary>
    public required string Code { get; init; }

    /// <summary>The same for failures of one cause.</summary>
    public required string Fingerprint { get; init; }

    public required int Attempts { get; init; }

    public required int MaxAttempts { get; init; }

    public Guid? IngestId { get; init; }

    public Guid? AssetId { get; init; }

    /// <summary>The file's name.</summary>
    public string? Name { get; init; }

    public string? Collection { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>Only for keys with the scope <c>operate</c>, and only of a single dead letter.</summary>
    public OperatorDetail? Operator { get; init; }
}

/// <summary>What is for the operator's eyes.</summary>
/// <param name="ErrorClass">The exception's type.</param>
/// <param name="Stack">The whole exception.</param>
/// <param name="Input">The command that started the job.</param>
/// <param name="ToolOutput">Where a tool failed: its command line, its exit and the end of its stderr.</param>
/// <param name="ErrorQueue">Where RabbitMQ holds the message while the dead letter is open.</param>
public sealed record OperatorDetail(string ErrorClass, string Stack, JsonElement Input, string? ToolOutput, string ErrorQueue);

/// <summary>Dead letters of one cause.</summary>
/// <param name="Status"><c>open</c> while one is; else <c>replaying</c> while one is; else <c>resolved</c>.</param>
/// <param name="ErrorClass">The exception's type; only for keys with the scope <c>operate</c>.</param>
/// <param name="Sample">The newest, an open one where there is one.</param>
public sealed record FailedJobGroup(
    string Fingerprint, string Status, long Open, long Replaying, long Resolved, DateTimeOffset FirstSeen, DateTimeOffset LastSeen,
    string? ErrorClass, FailedJob Sample);

/// <summary>Which open dead letters to run again: <see cref="All"/>, or those that fulfil every other filter that is set.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RetryFailedJobs
{
    public bool All { get; init; }

    public string? Fingerprint { get; init; }

    public string? Type { get; init; }

    /// <summary>Ids of dead letters.</summary>
    public IReadOnlyList<Guid>? Ids { get; init; }

    /// <summary>The error's code or class.</summary>
    public string? Error { get; init; }

    public string? Collection { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>Part of the error or of the file's name, or an id.</summary>
    public string? Q { get; init; }

    /// <summary>Runs one, and releases the rest only when it has succeeded.</summary>
    public bool Canary { get; init; }
}

/// <summary>How far a request to run dead letters again is.</summary>
public sealed record RetryProgress
{
    public required Guid Id { get; init; }

    /// <summary><c>running</c>, <c>finished</c>, or <c>stopped</c> for <see cref="Reason"/>.</summary>
    public required string Status { get; init; }

    public required bool Canary { get; init; }

    /// <summary>The request.</summary>
    public required JsonElement Filter { get; init; }

    /// <summary>Dead letters that were open when it was asked for and waited in no other retry.</summary>
    public required long Total { get; init; }

    public required long Waiting { get; init; }

    /// <summary>Started anew so far, ended or not.</summary>
    public required long Released { get; init; }

    public required long Succeeded { get; init; }

    public required long FailedAgain { get; init; }

    public required long Canceled { get; init; }

    /// <summary>Not started here: replayed by other means or deleted meanwhile, or the canary failed.</summary>
    public required long Skipped { get; init; }

    public string? Reason { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

public sealed record DeletedFailedJobs(int Deleted);
