using System.Text.Json;
using System.Text.Json.Serialization;

namespace MangaMotion.Client;

/// <summary>Answer to an ingest. <c>job_id</c> is the ingest's id.</summary>
public sealed record IngestAccepted(Guid JobId, string Status, IReadOnlyList<AcceptedAsset> Assets);

/// <param name="Type">Media type by its magic bytes; null for what is not taken, which fails with a reason.</param>
public sealed record AcceptedAsset(Guid AssetId, string Name, string? Type, long Size);

/// <param name="Status"><c>accepted</c>, <c>processing</c> or <c>finished</c>.</param>
/// <param name="EtaSeconds">The middle of <see cref="EtaRangeSeconds"/>; null where nothing is known, such as without a worker.</param>
public sealed record IngestStatus(Guid JobId, string Status, IngestProgress Progress, double? EtaSeconds, IReadOnlyList<AssetStatus> Assets)
{
    /// <summary>Seconds to the end at best and at worst.</summary>
    public IReadOnlyList<double>? EtaRangeSeconds { get; init; }

    public string? Collection { get; init; }

    [JsonPropertyName("nextPageToken")]
    public string? NextPageToken { get; init; }
}

/// <summary>Jobs of the ingest by what they are doing. <c>queued</c> are those UPLOADED.</summary>
public sealed record IngestProgress(long Done, long Processing, long Queued, long Failed, long Canceled, long Total)
{
    public static readonly IngestProgress None = new(0, 0, 0, 0, 0, 0);

    /// <summary>Jobs that are not over.</summary>
    [JsonIgnore]
    public long Open => Queued + Processing;

    /// <summary><c>accepted</c>, <c>processing</c> or <c>finished</c>.</summary>
    [JsonIgnore]
    public string Summary => Open == 0 ? "finished" : Queued == Total ? "accepted" : "processing";

    public static IngestProgress Of(long done, long processing, long queued, long failed, long canceled) =>
        new(done, processing, queued, failed, canceled, done + processing + queued + failed + canceled);

    public IngestProgress Plus(IngestProgress other) => Of(
        Done + other.Done, Processing + other.Processing, Queued + other.Queued, Failed + other.Failed, Canceled + other.Canceled);
}

/// <param name="Type">Media type by its magic bytes.</param>
/// <param name="Status">UPLOADED, PROCESSING, DONE, FAILED or CANCELED.</param>
public sealed record AssetStatus(
    Guid AssetId, string Name, string? Type, string Status, int Attempts, string? Error, JsonElement? Result, Guid JobId);

public sealed record JobStatusAnswer
{
    public required Guid Id { get; init; }

    public required string Type { get; init; }

    public required string Status { get; init; }

    public Guid? IngestId { get; init; }

    public Guid? AssetId { get; init; }

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

    public IReadOnlyList<AttemptAnswer> History { get; init; } = [];
}

/// <summary>One start of a job.</summary>
/// <param name="Outcome">done, permanent, transient, interrupted or crashed; null while it runs.</param>
public sealed record AttemptAnswer(string WorkerId, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string? Outcome);

/// <summary>A job as it was at a time.</summary>
/// <param name="Stage">What the job is doing, where it says so.</param>
/// <param name="Progress">0 to 100.</param>
/// <param name="Status">UPLOADED, PROCESSING, DONE, FAILED or CANCELED.</param>
public sealed record JobEvent(Guid JobId, string? Stage, int Progress, string Status, string? WorkerId, DateTimeOffset At)
{
    /// <summary>Where a stream goes on after this event.</summary>
    [JsonIgnore]
    public string? EventId { get; init; }
}

/// <summary>One page of records, each as it was submitted.</summary>
public sealed record RecordPage(IReadOnlyList<JsonElement> Records)
{
    [JsonPropertyName("nextPageToken")]
    public string? NextPageToken { get; init; }
}

/// <summary>An answer of <c>application/problem+json</c>.</summary>
/// <param name="Code">Stable, for programs.</param>
public sealed record Problem(int Status, string Code, string? Title, string? Detail);
