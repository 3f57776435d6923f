using MangaMotion.ServiceDefaults.Bus;
using MangaMotion.ServiceDefaults.Inner;
using MangaMotion.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace MangaMotion.ServiceDefaults.Health;

/// <summary>
/// Endpoints of liveness and readiness. Live: the process answers and can restart its receive endpoints; no server is checked. Ready: the
/// servers that the service uses answer too.
/// </summary>
internal static class DependencyHealth
{
    public const string Live = "/health/live";
    public const string Ready = "/health/ready";
    public const string Postgres = "postgres";

    internal const string Tag = "dependency";
    internal const string LiveTag = "live";

    public static void AddDependencyHealth(this IServiceCollection services)
    {
        services.AddHealthChecks();
        if (!services.IsInner())
            services.AddHostedService<StartupResponder>();

        // Only servers that the service uses are checked. They are known once everything is registered.
        services.AddOptions<HealthCheckServiceOptions>().Configure<IServiceProviderIsService>((options, registered) =>
        {
            Add<NpgsqlDataSource, PostgresCheck>(options, registered, Postgres);
            Add<BrokerAddress, BrokerCheck>(options, registered, "rabbitmq");
            Add<IObjectStore, StoreCheck>(options, registered, "store");
            if (registered.IsService(typeof(EndpointGuard)))
            {
                options.Registrations.Add(
                    new("endpoints", services => services.GetRequiredService<EndpointGuard>(), HealthStatus.Unhealthy, [LiveTag]));
            }
        });
    }

    public static void MapDependencyHealth(this WebApplication app)
    {
        app.MapHealthChecks(Live, new() { Predicate = check => check.Tags.Contains(LiveTag), ResponseWriter = WriteAsync })
            .DisableHttpMetrics();
        app.MapHealthChecks(
            Ready, new() { Predicate = ReadinessChecks.IsSelected, ResponseWriter = WriteAsync }).DisableHttpMetrics();
    }

    private static void Add<TDependency, TCheck>(HealthCheckServiceOptions options, IServiceProviderIsService registered, string name)
        where TCheck : DependencyCheck
    {
        if (registered.IsService(typeof(TDependency)))
        {
            options.Registrations.Add(
                new(name, services => ActivatorUtilities.CreateInstance<TCheck>(services), HealthStatus.Unhealthy, [Tag]));
        }
    }

    internal static Task WriteAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(
            new HealthAnswer(
                Text(report.Status),
                report.Entries.ToDictionary(
                    entry => entry.Key,
                    entry => new DependencyAnswer(
                        Text(entry.Value.Status),
                        entry.Value.Data.TryGetValue(DependencyCheck.Where, out var where) ? (string)where : null,
                        entry.Value.Description),
                    StringComparer.Ordinal)),
            context.RequestAborted);

    private static string Text(HealthStatus status) => status == HealthStatus.Healthy ? "healthy" : "unhealthy";

    private sealed record HealthAnswer(string Status, IReadOnlyDictionary<string, DependencyAnswer> Checks);

    private sealed record DependencyAnswer(string Status, string? Where, string? Reason);
}
