namespace MangaMotion.Jobs.Running;

/// <summary>The sandbox in which this worker's jobs open files. A worker that opens none has none.</summary>
public interface IJobSandbox
{
    /// <summary>Its kind, as <c>GET /workers</c> shows it: <c>bubblewrap</c>, <c>landlock</c>, <c>seccomp</c> or <c>none</c>.</summary>
    string Name { get; }

    /// <summary>False while programs do not start in it; the worker then takes no job.</summary>
    bool Works { get; }

    /// <summary>Completes when programs start in it.</summary>
    Task UntilItWorksAsync(CancellationToken cancellationToken);
}
