using System.Text.Json;
using System.Text.Json.Serialization;

namespace MangaMotion.Api;

/// <summary>Statuses of an ingest or of a collection.</summary>
[Enumeration("IngestPhase")]
public static class IngestStatuses
{
    /// <summary>No job has started.</summary>
    public const string Accepted = "accepted";

    public const string Processing = "processing";

    /// <summary>Every job is DONE, FAILED or CANCELED.</summary>
    public const string Finished = "finished";
}

/// <summary>Priorities of an ingest or a video.</summary>
[Enumeration("Priority")]
public static class Priorities
{
    public const string High = "high";
    public const string Normal = "normal";
    public const string Low = "low";
}

/// <summary>File of an accepted video.</summary>
/// <param name="Type">Media type by magic bytes; null for an unsupported type, whose job fails with a reason.</param>
/// <param name="Size">Length in bytes.</param>
public sealed record AcceptedAsset(Guid AssetId, string Name, string? Type, long Size);

/// <summary>Ingest as it was accepted, or as it is now. <c>job_id</c> is the ingest's id.</summary>
/// <param name="Status"><c>accepted</c>, <c>processing</c> or <c>finished</c>.</param>
/// <param name="EtaSeconds">Middle of <c>eta_range_seconds</c>; null if unknown, for example without a worker.</param>
public sealed record IngestStatus(
    Guid JobId, [property: Values(typeof(IngestStatuses))] string Status, IngestProgress Progress, double? EtaSeconds,
    IReadOnlyList<AssetStatus> Assets)
{
    /// <summary>Shortest and longest estimate of the remaining time, in seconds.</summary>
    public IReadOnlyList<double>? EtaRangeSeconds { get; init; }

    public string? Collection { get; init; }

    [JsonPropertyName("nextPageToken")]
    public string? NextPageToken { get; init; }
}

/// <summary>Number of jobs in each status. <c>queued</c> counts jobs with status UPLOADED.</summary>
public sealed record IngestProgress(long Done, long Processing, long Queued, long Failed, long Canceled, long Total);

/// <param name="Type">Media type by magic bytes; null for an unsupported type, whose job fails with a reason.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="Status">UPLOADED, PROCESSING, DONE, FAILED or CANCELED.</param>
public sealed record AssetStatus(
    Guid AssetId, string Name, string? Type, long Size, [property: Values(typeof(JobStatuses))] string Status, int Attempts, string? Error,
    JsonElement? Result, Guid JobId)
{
    /// <summary>
    /// Path to which <c>{"ingest_id": …}</c> is posted to make a narrated video of the file; null for a file that is no chapter.
    /// </summary>
    public string? VideosUrl { get; init; }
}
