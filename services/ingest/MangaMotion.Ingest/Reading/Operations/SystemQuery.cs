using MangaMotion.Api;
using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.ServiceDefaults;
using MangaMotion.ServiceDefaults.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace MangaMotion.Ingest.Reading.Operations;

/// <summary>Reads the state of the servers, the outbox and the services.</summary>
internal sealed class SystemQuery(HealthCheckService health, WorkerQuery workers, NpgsqlDataSource database, ServiceIdentity identity)
{
    public async Task<SystemStatus> GetAsync(CancellationToken cancellationToken)
    {
        var report = await health.CheckHealthAsync(ReadinessChecks.IsSelected, cancellationToken);
        var servers = report.Entries.Select(entry => ToServer(entry.Key, entry.Value)).ToList();
        try
        {
            var outbox = await OutboxState.ReadAsync(database, cancellationToken);
            var services = (await workers.ListAsync(cancellationToken)).Workers
                .GroupBy(worker => (worker.Service, worker.Version))
                .Select(group => new ServiceVersion(
                    group.Key.Service, group.Key.Version, group.Count(worker => worker.Health == WorkerHealth.Alive),
                    group.Count(worker => worker.Health == WorkerHealth.Silent)));
            return new(identity.Version, servers, new(outbox.Depth, Math.Round(outbox.Lag, 1)), [.. services]);
        }
        catch (Exception failure) when (Outage.KindOf(failure) == Outage.Database)
        {
            // The list of servers says that the database is away.
            return new(identity.Version, servers, null, []);
        }
    }

    private static ServerStatus ToServer(string name, HealthReportEntry entry) =>
        entry.Status == HealthStatus.Healthy
            ? new(name, ServerHealth.Healthy, AddressOf(entry), null)
            : new(name, ServerHealth.Unhealthy, AddressOf(entry), entry.Description);

    private static string? AddressOf(HealthReportEntry entry) => entry.Data.GetValueOrDefault(ReadinessChecks.Where) as string;
}
