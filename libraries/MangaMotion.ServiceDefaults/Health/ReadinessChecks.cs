using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MangaMotion.ServiceDefaults.Health;

/// <summary>Registers checks of <c>/health/ready</c> beside those of servers.</summary>
public static class ReadinessChecks
{
    /// <summary>Key of a check's data with the address, path or sandbox that is checked.</summary>
    public const string Where = DependencyCheck.Where;

    /// <summary>Selects the checks of <c>/health/ready</c>.</summary>
    public static bool IsSelected(HealthCheckRegistration check) => check.Tags.Contains(DependencyHealth.Tag);

    /// <param name="name">Key in the answer. The description of the check is the reason if it is unhealthy.</param>
    public static IServiceCollection AddReadinessCheck<TCheck>(this IServiceCollection services, string name)
        where TCheck : class, IHealthCheck =>
        services.AddHealthChecks().AddCheck<TCheck>(name, HealthStatus.Unhealthy, [DependencyHealth.Tag]).Services;
}
