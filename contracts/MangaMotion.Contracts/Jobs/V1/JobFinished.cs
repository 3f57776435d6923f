namespace MangaMotion.Contracts.Jobs.V1;

/// <summary>Event: a job has reached a status it will not leave by itself. Published at least once.</summary>
public sealed record JobFinished
{
    public required Guid JobId { get; init; }

    /// <summary>The ingest the job belongs to, where there is one.</summary>
    public Guid? IngestId { get; init; }

    /// <summary><c>thumbnail</c>, <c>records</c> or <c>video</c>.</summary>
    public required string JobType { get; init; }

    /// <summary><c>DONE</c>, <c>FAILED</c> or <c>CANCELED</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The database's clock at the commit, UTC.</summary>
    public required DateTimeOffset At { get; init; }
}
