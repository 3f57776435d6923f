namespace MangaMotion.Contracts.Jobs.V1;

/// <summary>
/// Event: rows of jobs have changed, so live views read them again. Each process sends at most ten a second, with many changes in one.
/// The event may be lost, because the rows are the truth.
/// </summary>
public sealed record JobsChanged
{
    /// <summary>Ingests with changed jobs.</summary>
    public required IReadOnlyList<Guid> IngestIds { get; init; }

    /// <summary>Changed jobs that belong to no ingest.</summary>
    public required IReadOnlyList<Guid> JobIds { get; init; }

    /// <summary>Latest progress of each running job that reported since the last event.</summary>
    public required IReadOnlyList<JobProgress> Progress { get; init; }
}

/// <summary>Progress of one running job.</summary>
public sealed record JobProgress
{
    public required Guid JobId { get; init; }

    public Guid? IngestId { get; init; }

    /// <summary>Current stage of the job, such as <c>voice_gen</c>.</summary>
    public required string Stage { get; init; }

    /// <summary>Percentage of the whole job, 0 to 100.</summary>
    public required int Progress { get; init; }
}
