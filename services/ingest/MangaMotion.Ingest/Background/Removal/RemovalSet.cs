namespace MangaMotion.Ingest.Background.Removal;

/// <summary>Rows that are removed together, in one transaction, and the keys of objects that belong to no removed ingest or job.</summary>
/// <param name="Ingests">Ingests that are removed with all their assets.</param>
/// <param name="Jobs">Jobs that are removed with their parts, attempts, dead letters, records and videos.</param>
/// <param name="Assets">Assets that are removed although their ingest stays.</param>
/// <param name="Keys">Keys of the objects of those assets.</param>
internal sealed record RemovalSet(Guid[] Ingests, Guid[] Jobs, Guid[] Assets, string[] Keys)
{
    /// <summary>Number of videos among the jobs.</summary>
    public int Videos { get; init; }
}
