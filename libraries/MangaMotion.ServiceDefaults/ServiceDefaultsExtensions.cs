using MangaMotion.ServiceDefaults.Configuration;
using MangaMotion.ServiceDefaults.Health;
using MangaMotion.ServiceDefaults.Problems;
using MangaMotion.ServiceDefaults.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MangaMotion.ServiceDefaults;

/// <summary>Registers the parts that all services share.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>
    /// Adds plain setting names, logs, traces, metrics, health and problem+json. Call it first, so that telemetry starts before all other
    /// parts of the service and stops after them.
    /// </summary>
    /// <param name="service">Name of the service: lower-case letters, digits and dashes, such as <c>thumbnail</c>.</param>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, string service)
    {
        var identity = ServiceIdentity.Create(service);
        builder.Configuration.AddPlainNames();
        builder.Services.AddSingleton(identity);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.AddServerHeader = false);
        builder.AddTelemetry(identity);
        builder.Services.AddDependencyHealth();
        builder.Services.AddProblems();
        builder.Services.AddSystemdUnit();
        return builder;
    }

    /// <summary>
    /// Checks all settings, and ends the process with exit code 1 and a line for each invalid one. Then adds problem+json,
    /// <c>/health/live</c>, <c>/health/ready</c> and <c>/metrics</c>. Call it before mapping endpoints.
    /// </summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        SettingsCheck.ExitIfWrong(app.Services);
        app.UseProblems();
        app.UseRoutingWithHead();
        app.MapDependencyHealth();
        app.MapMetrics();
        return app;
    }
}
