using System.Text.Json.Serialization;

namespace MangaMotion.Client;

/// <summary>A page of jobs, newest first.</summary>
public sealed record JobList(IReadOnlyList<JobSummary> Jobs)
{
    [JsonPropertyName("nextPageToken")]
    public string? NextPageToken { get; init; }
}

/// <param name="Name">Of the file that it works on.</param>
/// <param name="Stage">What a running job says that it is doing.</param>
/// <param name="Progress">0 to 100.</param>
/// <param name="WorkerId">The worker that runs it, or ran it last.</param>
public sealed record JobSummary(
    Guid Id, string Type, string Status, Guid? IngestId, Guid? AssetId, string? Collection, string? Name, string Priority, int Attempts,
    int MaxAttempts, string? Error, string? Stage, int Progress, string? WorkerId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <summary>All ingests of a collection together.</summary>
/// <param name="Status"><c>accepted</c>, <c>processing</c> or <c>finished</c>.</param>
/// <param name="EtaRangeSeconds">Seconds to the end at best and at worst; null where nothing is known.</param>
public sealed record CollectionStatus(
    string Collection, string Status, long Ingests, IngestProgress Progress, double? EtaSeconds, IReadOnlyList<double>? EtaRangeSeconds);

/// <summary>How jobs went, over the last five minutes, hour and day.</summary>
public sealed record JobStats(IReadOnlyList<StatsWindow> Windows);

/// <param name="Window"><c>5m</c>, <c>1h</c> or <c>24h</c>.</param>
public sealed record StatsWindow(string Window, double Seconds, IReadOnlyList<TypeStats> Types);

/// <param name="Stage">Empty for the job as a whole; of videos also each stage, counted by the parts (lines, segments) that it consists of.</param>
/// <param name="Done">Attempts that succeeded.</param>
/// <param name="Failed">Those that ended in a dead letter.</param>
/// <param name="Retried">Those that failed and were or will be tried again.</param>
/// <param name="PerSecond">Done and failed, by the length of the window.</param>
/// <param name="ErrorRate">Failed by done and failed; 0 to 1.</param>
/// <param name="Wait">From when an attempt could begin until it did.</param>
/// <param name="Run">Of those done, from its begin to its end.</param>
/// <param name="Total">Of those done, from when the job could begin first to its end.</param>
public sealed record TypeStats(
    string Type, string Stage, long Done, long Failed, long Retried, double PerSecond, double ErrorRate, Percentiles? Wait, Percentiles? Run, Percentiles? Total);

/// <summary>Seconds, within 5 %.</summary>
public sealed record Percentiles(double P50, double P95, double P99);

public sealed record WorkerList(IReadOnlyList<WorkerInfo> Workers);

/// <param name="Health"><c>alive</c>, or <c>silent</c> for longer than its lease: stopped, dead, or cut off from the database.</param>
/// <param name="Concurrency">Jobs that it runs at the same time at most.</param>
/// <param name="Sandbox">How it confines programs that open files: <c>bubblewrap</c>, <c>landlock</c>, <c>seccomp</c> or <c>none</c>; null if it opens no files.</param>
public sealed record WorkerInfo(
    string Id, string Service, string Version, string Host, int Pid, string Health, IReadOnlyList<string> JobTypes, int Concurrency,
    IReadOnlyList<Guid> CurrentJobs, long MemoryBytes, DateTimeOffset StartedAt, DateTimeOffset HeartbeatAt, string? Sandbox = null);

public sealed record QueueList(IReadOnlyList<QueueInfo> Queues);

/// <summary>One lane of a job type.</summary>
/// <param name="Ready">Messages that no worker has in hand, those of the bulk queue behind it included.</param>
/// <param name="DeadLetters">Messages in its <c>_error</c> queue.</param>
/// <param name="Paused">No worker takes from it; jobs that run already end.</param>
public sealed record QueueInfo(
    string Name, string JobType, string Priority, long Ready, int Consumers, long DeadLetters, bool Paused, DateTimeOffset? PausedAt);
