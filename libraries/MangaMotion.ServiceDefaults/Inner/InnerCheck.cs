using System.Globalization;
using MangaMotion.ServiceDefaults.Health;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MangaMotion.ServiceDefaults.Inner;

/// <summary>Checks of one kind of an inner service, reported as one check.</summary>
/// <param name="tag">Kind of the checks.</param>
internal sealed class InnerCheck(WebApplication service, string tag) : IHealthCheck
{
    private readonly Dictionary<string, object> _data = new(StringComparer.Ordinal)
    {
        [DependencyCheck.Where] = string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId}"),
    };

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var checks = service.Services.GetRequiredService<HealthCheckService>();
        var report = await checks.CheckHealthAsync(check => check.Tags.Contains(tag), cancellationToken);
        var failures = report.Entries.Where(check => check.Value.Status != HealthStatus.Healthy)
            .Select(check => $"{check.Key}: {check.Value.Description}")
            .ToList();
        return failures.Count == 0
            ? HealthCheckResult.Healthy(data: _data)
            : HealthCheckResult.Unhealthy(string.Join("; ", failures), data: _data);
    }
}
