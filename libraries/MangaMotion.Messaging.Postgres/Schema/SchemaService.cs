using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Schema;

/// <summary>
/// Applies all registered schema sets before the bus and other hosted services start. Retries while the database is unavailable. A changed
/// or failing script stops the host.
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
                outage.EndOutage();
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

/// <summary>Registers schema sets.</summary>
public static class SchemaServiceCollectionExtensions
{
    /// <summary>Adds scripts that the host applies before the bus starts, in the order of their registration.</summary>
    public static IServiceCollection AddSchema(this IServiceCollection services, SchemaScripts scripts)
    {
        if (!services.Any(service => Equals(service.ImplementationInstance, scripts)))
            services.AddSingleton(scripts);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SchemaService>());
        return services;
    }
}
