using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MangaMotion.ServiceDefaults.Health;

/// <summary>Checks of <c>/health/ready</c> that a library brings, besides the servers that a service uses.</summary>
public static class ReadinessChecks
{
    /// <summary>Key of a check's data with the place of what it checks: an address, a path, a sandbox.</summary>
    public const string Where = DependencyCheck.Where;

    /// <param name="name">Key in the answer; the check's description is the reason where it is unhealthy.</param>
    public static IServiceCollection AddReadinessCheck<TCheck>(this IServiceCollection services, string name)
        where TCheck : class, IHealthCheck =>
        services.AddHealthChecks().AddCheck<TCheck>(name, HealthStatus.Unhealthy, [DependencyHealth.Tag]).Services;
}
