namespace MangaMotion.Contracts.Jobs.V1;

/// <summary>
/// Event: jobs have changed, so whoever shows them looks at their rows again. Each process sends at most ten a second, many
/// changes in one; it may be lost, for the rows are the truth.
/// </summary>
public sealed record JobsChanged
{
    /// <summary>Ingests of which jobs have changed.</summary>
    public required IReadOnlyList<Guid> IngestIds { get; init; }

    /// <summary>Changed jobs that belong to no ingest.</summary>
    public required IReadOnlyList<Guid> JobIds { get; init; }

    /// <summary>How far running jobs are: the latest word of each.</summary>
    public required IReadOnlyList<JobProgress> Progress { get; init; }
}

/// <summary>How far one running job is.</summary>
public sealed record JobProgress
{
    public required Guid JobId { get; init; }

    public Guid? IngestId { get; init; }

    /// <summary>What the job is doing, such as <c>voice_gen</c>.</summary>
    public required string Stage { get; init; }

    /// <summary>0 to 100, of the whole job.</summary>
    public required int Progress { get; init; }
}
