using MangaMotion.ServiceDefaults.Health;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace MangaMotion.ServiceDefaults.Inner;

/// <summary>Services that run in the process of another service.</summary>
public static class InnerServices
{
    /// <summary>
    /// Makes this a service without an address, whose health and metrics another service of the process reports. Call it before
    /// <see cref="ServiceDefaultsExtensions.AddServiceDefaults"/>.
    /// </summary>
    public static void MakeInner(this WebApplicationBuilder builder)
    {
        builder.ShareTelemetry();
        builder.Services.AddSingleton<IServer, NoServer>();
    }

    /// <summary>
    /// Leaves metrics and traces to another service of the process: their sources are process-wide, so a second exporter would count all
    /// of them twice. Call it before <see cref="ServiceDefaultsExtensions.AddServiceDefaults"/>.
    /// </summary>
    public static void ShareTelemetry(this WebApplicationBuilder builder) => builder.Services.AddSingleton<SharedTelemetry>();

    /// <summary>
    /// Uses the database connections of another service of the process, which must not be disposed before this one has ended. Call it
    /// before the registration of the service.
    /// </summary>
    public static void ShareDatabase(this WebApplicationBuilder builder, WebApplication owner) =>
        builder.Services.AddSingleton(_ => owner.Services.GetRequiredService<NpgsqlDataSource>());

    /// <summary>Adds the liveness and readiness of inner services to those of this one.</summary>
    public static void AddInnerServices(this WebApplicationBuilder builder, IEnumerable<WebApplication> services)
    {
        var checks = builder.Services.AddHealthChecks();
        foreach (var service in services)
        {
            var name = service.Services.GetRequiredService<ServiceIdentity>().Service;
            Add(name, DependencyHealth.Tag);
            Add($"{name}-live", DependencyHealth.LiveTag);

            void Add(string check, string tag) =>
                checks.AddCheck(check, new InnerCheck(service, tag), HealthStatus.Unhealthy, [tag]);
        }
    }

    internal static bool IsInner(this IServiceCollection services) =>
        services.Any(service => service.ImplementationType == typeof(NoServer));

    internal static bool SharesTelemetry(this IServiceCollection services) =>
        services.Any(service => service.ServiceType == typeof(SharedTelemetry));

    /// <summary>Marks a service that leaves metrics and traces to another.</summary>
    internal sealed class SharedTelemetry;
}
