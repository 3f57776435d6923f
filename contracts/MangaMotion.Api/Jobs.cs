using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MangaMotion.Api;

/// <summary>Statuses of a job, and of an asset, stage or shot.</summary>
[Enumeration("JobStatus")]
public static class JobStatuses
{
    /// <summary>Waiting for its first or next attempt, or for <c>not_before</c>.</summary>
    public const string Uploaded = "UPLOADED";

    public const string Processing = "PROCESSING";
    public const string Done = "DONE";
    public const string Failed = "FAILED";
    public const string Canceled = "CANCELED";

    public static IReadOnlyList<string> All { get; } = [Uploaded, Processing, Done, Failed, Canceled];
}

/// <summary>Types of a job.</summary>
[Enumeration("JobType")]
public static class JobTypeNames
{
    public const string Thumbnail = "thumbnail";
    public const string Records = "records";
    public const string Video = "video";
}

/// <summary>Types of the work that has a queue: jobs, and the parts of videos.</summary>
[Enumeration("WorkType")]
public static class WorkTypeNames
{
    public const string Thumbnail = JobTypeNames.Thumbnail;
    public const string Records = JobTypeNames.Records;
    public const string Video = JobTypeNames.Video;
    public const string ScriptGen = "script-gen";
    public const string VoiceGen = "voice-gen";
    public const string VideoGen = "video-gen";
    public const string Compositing = "compositing";
}

/// <summary>Outcomes of an attempt.</summary>
[Enumeration("AttemptOutcome")]
public static class AttemptOutcomes
{
    public const string Done = "done";

    /// <summary>A retry cannot help.</summary>
    public const string Permanent = "permanent";

    /// <summary>A retry may help.</summary>
    public const string Transient = "transient";

    /// <summary>Shutdown or cancel; the attempt does not count.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>The worker died.</summary>
    public const string Crashed = "crashed";
}

public sealed record JobDetail
{
    public required Guid Id { get; init; }

    [Values(typeof(JobTypeNames))]
    public required string Type { get; init; }

    [Values(typeof(JobStatuses))]
    public required string Status { get; init; }

    public Guid? IngestId { get; init; }

    public Guid? AssetId { get; init; }

    [Values(typeof(Priorities))]
    public required string Priority { get; init; }

    public required int Attempts { get; init; }

    public required int MaxAttempts { get; init; }

    public required int Crashes { get; init; }

    public string? Error { get; init; }

    public required JsonElement Params { get; init; }

    public JsonElement? Result { get; init; }

    public DateTimeOffset? NotBefore { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public IReadOnlyList<JobAttempt> History { get; init; } = [];
}

/// <summary>One start of a job.</summary>
/// <param name="Outcome">done, permanent, transient, interrupted or crashed; null while the attempt runs.</param>
public sealed record JobAttempt(
    string WorkerId, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, [property: Values(typeof(AttemptOutcomes))] string? Outcome);

/// <summary>State of a job at one time.</summary>
/// <param name="Stage">Current step of the job, if it reports one.</param>
/// <param name="Progress">0 to 100.</param>
/// <param name="Status">UPLOADED, PROCESSING, DONE, FAILED or CANCELED; <c>finished</c> in the last event of an ingest.</param>
public sealed record JobEvent(Guid JobId, string? Stage, int Progress, string Status, string? WorkerId, DateTimeOffset At)
{
    /// <summary>Event type of the last event of a stream.</summary>
    public const string EndType = "end";

    /// <summary>Id with which a client resumes the stream after this event.</summary>
    [JsonIgnore]
    public string? EventId { get; init; }
}

/// <summary>One page of jobs, newest first.</summary>
public sealed record JobList(IReadOnlyList<JobSummary> Jobs)
{
    [JsonPropertyName("nextPageToken")]
    public string? NextPageToken { get; init; }
}

/// <param name="Name">Name of the file that the job processes.</param>
/// <param name="Stage">Current step of a running job, if it reports one.</param>
/// <param name="Progress">0 to 100.</param>
/// <param name="WorkerId">Worker that runs the job or ran it last.</param>
public sealed record JobSummary(
    Guid Id, [property: Values(typeof(JobTypeNames))] string Type, [property: Values(typeof(JobStatuses))] string Status, Guid? IngestId,
    Guid? AssetId, string? Collection, string? Name, [property: Values(typeof(Priorities))] string Priority, int Attempts, int MaxAttempts,
    string? Error, string? Stage, [property: Range(0, 100)] int Progress, string? WorkerId, DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt)
{
    public required Guid OwnerId { get; init; }
}
