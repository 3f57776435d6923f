using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace MangaMotion.Api;

/// <summary>Collections by name.</summary>
public sealed record CollectionList(IReadOnlyList<CollectionSummary> Collections)
{
    [JsonPropertyName("nextPageToken")]
    public string? NextPageToken { get; init; }
}

/// <param name="Ingests">Number of its ingests.</param>
/// <param name="CreatedAt">Time of its first ingest.</param>
/// <param name="LastIngestAt">Time of its newest ingest.</param>
public sealed record CollectionSummary(string Collection, long Ingests, DateTimeOffset CreatedAt, DateTimeOffset LastIngestAt);

/// <summary>Total over all ingests of a collection.</summary>
/// <param name="Status"><c>accepted</c>, <c>processing</c> or <c>finished</c>.</param>
/// <param name="EtaRangeSeconds">Shortest and longest estimate of the remaining time, in seconds; null if unknown.</param>
public sealed record CollectionStatus(
    string Collection, [property: Values(typeof(IngestStatuses))] string Status, long Ingests, IngestProgress Progress, double? EtaSeconds,
    IReadOnlyList<double>? EtaRangeSeconds);

/// <summary>Throughput, errors and latencies of the last five minutes, hour and day.</summary>
public sealed record JobStats(IReadOnlyList<StatsWindow> Windows);

/// <param name="Window"><c>5m</c>, <c>1h</c> or <c>24h</c>.</param>
public sealed record StatsWindow(string Window, double Seconds, IReadOnlyList<TypeStats> Types);

/// <param name="Stage">Empty for the whole job. Videos also have a row for each stage, which counts its lines or segments.</param>
/// <param name="Done">Attempts that succeeded.</param>
/// <param name="Failed">Attempts that ended in a dead letter.</param>
/// <param name="Retried">Failed attempts that are followed by another attempt.</param>
/// <param name="PerSecond">Done and failed attempts a second.</param>
/// <param name="ErrorRate">Failed divided by done and failed; 0 to 1.</param>
/// <param name="Wait">Time from when an attempt could start until it started.</param>
/// <param name="Run">Duration of the successful attempts.</param>
/// <param name="Total">Time from when a successful job could first start until it was done.</param>
public sealed record TypeStats(
    [property: Values(typeof(JobTypeNames))] string Type, string Stage, long Done, long Failed, long Retried,
    double PerSecond, [property: Range(0.0, 1.0)] double ErrorRate,
    Percentiles? Wait, Percentiles? Run, Percentiles? Total);

/// <summary>Percentiles in seconds, accurate to 5 %.</summary>
public sealed record Percentiles(double P50, double P95, double P99);

/// <summary>Steps of statistics over time.</summary>
[Enumeration("SeriesStep")]
public static class SeriesSteps
{
    /// <summary>Kept for 25 hours.</summary>
    public const string Minute = "minute";

    /// <summary>Kept for 90 days.</summary>
    public const string Hour = "hour";
}

/// <summary>Statistics over time. Steps without jobs are left out.</summary>
/// <param name="From">Start of the first step, inclusive.</param>
/// <param name="To">End of the range, exclusive.</param>
public sealed record StatsSeries(
    [property: Values(typeof(SeriesSteps))] string Step, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<TypeSeries> Types,
    IReadOnlyList<QueueSeries> Queues);

/// <param name="Stage">Empty for the whole job.</param>
public sealed record TypeSeries(
    [property: Values(typeof(JobTypeNames))] string Type, string Stage, IReadOnlyList<TypePoint> Points);

/// <param name="At">Start of the step.</param>
/// <param name="Done">Attempts that succeeded.</param>
/// <param name="Failed">Attempts that ended in a dead letter.</param>
/// <param name="Retried">Failed attempts that are followed by another attempt.</param>
/// <param name="Wait">Time from when an attempt could start until it started.</param>
/// <param name="Run">Duration of the successful attempts.</param>
public sealed record TypePoint(DateTimeOffset At, long Done, long Failed, long Retried, Percentiles? Wait, Percentiles? Run);

public sealed record QueueSeries([property: Values(typeof(WorkTypeNames))] string Type, IReadOnlyList<QueuePoint> Points);

/// <param name="At">Start of the step.</param>
/// <param name="Ready">Largest number of waiting messages in the step.</param>
/// <param name="OldestSeconds">Longest time for which a job waited in the step, in seconds; 0 without a waiting job.</param>
public sealed record QueuePoint(DateTimeOffset At, long Ready, double OldestSeconds);

/// <summary>Values of <see cref="WorkerInfo.Health"/>.</summary>
[Enumeration("WorkerHealth")]
public static class WorkerHealth
{
    public const string Alive = "alive";

    /// <summary>No heartbeat within the lease: stopped, dead, or cut off from the database.</summary>
    public const string Silent = "silent";
}

/// <summary>State of the installation, as the instance of the API that answers sees it.</summary>
/// <param name="Version">Version of this instance.</param>
/// <param name="Servers">Servers that the API uses.</param>
/// <param name="Outbox">Null while the database is away.</param>
/// <param name="Services">Workers of the last day by service and version; empty while the database is away.</param>
public sealed record SystemStatus(
    string Version, IReadOnlyList<ServerStatus> Servers, OutboxStatus? Outbox, IReadOnlyList<ServiceVersion> Services);

/// <param name="Name"><c>postgres</c>, <c>rabbitmq</c> or <c>store</c>.</param>
/// <param name="Address">Host and port, or a folder, without credentials; null if the check names none.</param>
/// <param name="Reason">Why it is unhealthy; null if it is healthy.</param>
public sealed record ServerStatus(
    string Name, [property: Values(typeof(ServerHealth))] string Health, string? Address, string? Reason);

/// <summary>Values of <see cref="ServerStatus.Health"/>.</summary>
[Enumeration("ServerHealth")]
public static class ServerHealth
{
    public const string Healthy = "healthy";
    public const string Unhealthy = "unhealthy";

    public static IReadOnlyList<string> All { get; } = [Healthy, Unhealthy];
}

/// <summary>Messages that the broker has not confirmed.</summary>
/// <param name="Waiting">Number of messages that are due.</param>
/// <param name="OldestSeconds">Seconds since the oldest became due; 0 without messages.</param>
public sealed record OutboxStatus(long Waiting, double OldestSeconds);

/// <param name="Alive">Number of its workers that are alive.</param>
/// <param name="Silent">Number of its workers whose lease lapsed.</param>
public sealed record ServiceVersion(string Service, string Version, int Alive, int Silent);

public sealed record WorkerList(IReadOnlyList<WorkerInfo> Workers);

/// <param name="Health"><c>alive</c>, or <c>silent</c> if its lease lapsed: stopped, dead, or cut off from the database.</param>
/// <param name="Concurrency">Maximum number of jobs that run at the same time.</param>
/// <param name="Sandbox">
/// Confinement of programs that open files: <c>bubblewrap</c>, <c>landlock</c>, <c>seccomp</c> or <c>none</c>; null if it opens no files.
/// </param>
public sealed record WorkerInfo(
    string Id, string Service, string Version, string Host, int Pid, [property: Values(typeof(WorkerHealth))] string Health,
    [property: Values(typeof(WorkTypeNames))] IReadOnlyList<string> JobTypes, int Concurrency,
    IReadOnlyList<Guid> CurrentJobs, long MemoryBytes, DateTimeOffset StartedAt, DateTimeOffset HeartbeatAt, string? Sandbox = null)
{
    /// <summary>Time at which the drain began; null while the worker takes jobs.</summary>
    public DateTimeOffset? DrainingSince { get; init; }

    /// <summary>Name of the key that drained it.</summary>
    public string? DrainedBy { get; init; }
}

public sealed record QueueList(IReadOnlyList<QueueInfo> Queues);

/// <summary>One lane of a job type.</summary>
/// <param name="Ready">Messages that no worker has received, including those in the bulk queue of the lane.</param>
/// <param name="DeadLetters">Messages in the <c>_error</c> queue.</param>
/// <param name="Paused">True while workers start no job from the queue; running jobs finish.</param>
public sealed record QueueInfo(
    string Name, [property: Values(typeof(WorkTypeNames))] string JobType, [property: Values(typeof(Priorities))] string Priority,
    long Ready, int Consumers, long DeadLetters, bool Paused, DateTimeOffset? PausedAt)
{
    public string? PauseReason { get; init; }

    /// <summary>Time at which a paused queue resumes by itself; null: when it is resumed.</summary>
    public DateTimeOffset? PausedUntil { get; init; }

    /// <summary>Name of the API key that paused the queue.</summary>
    public string? PausedBy { get; init; }
}

/// <summary>Request to pause a queue.</summary>
public sealed record PauseQueue
{
    /// <summary>Reason, for everybody who sees the queue.</summary>
    [StringLength(200)]
    [Example("Move of the store")]
    public string? Reason { get; init; }

    /// <summary>Time at which the queue resumes by itself; UTC if it has no offset. Default: when it is resumed.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Pauses all lanes of the job type of this queue.</summary>
    public bool AllLanes { get; init; }
}

/// <summary>Request to resume a queue.</summary>
public sealed record ResumeQueue
{
    /// <summary>Resumes all lanes of the job type of this queue.</summary>
    public bool AllLanes { get; init; }
}
