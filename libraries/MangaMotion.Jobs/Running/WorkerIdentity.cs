namespace MangaMotion.Jobs.Running;

/// <summary>Identity of this process among the workers.</summary>
/// <param name="Service">Short name, such as <c>thumbnail</c>.</param>
/// <param name="Version">Version of the program.</param>
/// <param name="Id">Never used by another worker; stored in <c>jobs.claimed_by</c>.</param>
public sealed record WorkerIdentity(string Service, string Version, string Id);
