using System.Reflection;

namespace MangaMotion.Jobs.Running;

/// <summary>Who this process is among the workers.</summary>
public sealed record WorkerIdentity(string Service)
{
    /// <summary>Unique among all workers of all time: <c>thumbnail-host7-4711-3f9a1c</c>.</summary>
    public string Id { get; } = $"{Service}-{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..6]}";

    public string Version { get; } =
        Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
