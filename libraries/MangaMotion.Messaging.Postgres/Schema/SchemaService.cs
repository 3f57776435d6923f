using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Schema;

/// <summary>
/// Migrates all registered sets before any other hosted service starts, the bus included, and keeps trying while the
/// database is away. A changed script or one that fails stops the host instead.
/// </summary>
internal sealed class SchemaService(NpgsqlDataSource dataSource, IEnumerable<SchemaScripts> sets, ILogger<SchemaService> logger)
    : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var outage = new Outage(logger, dataSource, "apply the schema");
        while (true)
        {
            try
            {
                await SchemaMigrator.MigrateAsync(dataSource, sets.ToList(), logger, cancellationToken);
                outage.Over();
                return;
            }
            catch (Exception exception) when (DatabaseOutage.Is(exception))
            {
                await outage.WaitAsync(exception, cancellationToken);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

public static class SchemaServiceCollectionExtensions
{
    /// <summary>Has the host apply these scripts before the bus starts. Sets are applied in the order of their registration.</summary>
    public static IServiceCollection AddSchema(this IServiceCollection services, SchemaScripts scripts)
    {
        if (!services.Any(service => Equals(service.ImplementationInstance, scripts)))
            services.AddSingleton(scripts);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SchemaService>());
        return services;
    }
}
