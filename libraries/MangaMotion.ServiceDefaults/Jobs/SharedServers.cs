using MangaMotion.Jobs.Running;
using MangaMotion.ServiceDefaults.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MangaMotion.ServiceDefaults.Jobs;

/// <summary>Servers that readiness checks. A server whose outage makes a worker unready also holds the jobs of that worker.</summary>
internal sealed class SharedServers(HealthCheckService health) : ISharedServers
{
    public async Task<string?> FindAwayAsync(CancellationToken cancellationToken)
    {
        var report = await health.CheckHealthAsync(check => check.Tags.Contains(DependencyHealth.Tag), cancellationToken);
        return report.Entries.FirstOrDefault(entry => entry.Value.Status != HealthStatus.Healthy).Key;
    }
}
