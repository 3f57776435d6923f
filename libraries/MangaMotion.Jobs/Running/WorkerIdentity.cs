namespace MangaMotion.Jobs.Running;

/// <summary>Who this process is among the workers.</summary>
/// <param name="Service">The short name: <c>thumbnail</c>.</param>
/// <param name="Version">Of the program.</param>
/// <param name="Id">Unique among all workers of all time; stands in <c>jobs.claimed_by</c>.</param>
public sealed record WorkerIdentity(string Service, string Version, string Id);
