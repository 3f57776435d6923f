using System.Reflection;
using System.Security.Cryptography;

namespace MangaMotion.ServiceDefaults;

/// <summary>Name of the service and of this instance.</summary>
/// <param name="Service">Short name, such as <c>thumbnail</c>.</param>
/// <param name="Version">Informational version of the entry assembly.</param>
/// <param name="WorkerId">
/// Unique name of this run, such as <c>thumbnail-host-1234-5f0c</c>, at most 63 bytes (Postgres cuts longer application names).
/// </param>
public sealed record ServiceIdentity(string Service, string Version, string WorkerId)
{
    private const int MaxLength = 63;

    /// <param name="service">Lower-case letters, digits and dashes.</param>
    public static ServiceIdentity Create(string service)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(service);
        var version = Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? "0.0.0";

        // Two runs in containers can have the same host name and process id. The random part distinguishes them.
        var run = $"{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}";
        var host = Environment.MachineName.ToLowerInvariant();
        var room = Math.Max(0, MaxLength - service.Length - run.Length - 2);
        return new(service, version, $"{service}-{host[..Math.Min(host.Length, room)]}-{run}");
    }
}
