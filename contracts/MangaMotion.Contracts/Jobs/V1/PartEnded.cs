namespace MangaMotion.Contracts.Jobs.V1;

/// <summary>
/// Event, to the whole of which a job is a part: the part is done or has failed for good. It says where to look, not what to
/// do: the rows are the truth, so that a late, lost or repeated one does no harm.
/// </summary>
public sealed record PartEnded
{
    /// <summary>The whole, a row in <c>jobs</c>.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The part, a row in <c>jobs</c>; null when the whole reminds itself.</summary>
    public Guid? PartId { get; init; }
}
