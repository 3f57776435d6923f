namespace MangaMotion.Jobs.Running;

/// <summary>The servers that every job of this worker needs.</summary>
public interface ISharedServers
{
    /// <summary>Probes the servers. Returns the name of one that is away, or null if all answer.</summary>
    Task<string?> FindAwayAsync(CancellationToken cancellationToken);
}
