using System.Collections.ObjectModel;
using MangaMotion.ServiceDefaults.Bus;
using MangaMotion.Storage;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace MangaMotion.ServiceDefaults.Health;

/// <summary>Asks one server for a sign of life, for a short time only.</summary>
internal abstract class DependencyCheck : IHealthCheck
{
    public const string Where = "where";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary><c>host:port</c>, or a path; never credentials.</summary>
    protected abstract string Address { get; }

    protected abstract Task AskAsync(CancellationToken cancellationToken);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var data = new ReadOnlyDictionary<string, object>(new Dictionary<string, object>(StringComparer.Ordinal) { [Where] = Address });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            // Not every client heeds the token while it connects, and a frozen server must not freeze this answer.
            await AskAsync(patience.Token).WaitAsync(patience.Token);
            return HealthCheckResult.Healthy(data: data);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"no answer within {Patience.TotalSeconds:0} s", data: data);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy(e.GetBaseException().Message, data: data);
        }
    }
}

internal sealed class PostgresCheck(NpgsqlDataSource database) : DependencyCheck
{
    protected override string Address
    {
        get
        {
            var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString);
            return $"{connection.Host}:{connection.Port}";
        }
    }

    protected override async Task AskAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select 1");
        await command.ExecuteScalarAsync(cancellationToken);
    }
}

/// <summary>The bus may think it is connected to a broker that is frozen, and a broker may answer before the bus is back: both are asked.</summary>
internal sealed class BrokerCheck(BrokerAddress broker, BrokerConnection connection, IBusControl bus) : DependencyCheck
{
    protected override string Address => broker.ToString();

    protected override async Task AskAsync(CancellationToken cancellationToken)
    {
        await using (await connection.OpenChannelAsync(cancellationToken))
        {
            var health = bus.CheckHealth();
            if (health.Status != BusHealthStatus.Healthy)
                throw new IOException($"the broker answers, the bus is not connected yet: {health.Exception?.GetBaseException().Message ?? health.Description}");
        }
    }
}

internal sealed class StoreCheck(IObjectStore store, IConfiguration configuration) : DependencyCheck
{
    protected override string Address =>
        Uri.TryCreate(configuration["Storage:S3:Endpoint"], UriKind.Absolute, out var endpoint)
        && !string.Equals(configuration["Storage:Kind"], "disk", StringComparison.OrdinalIgnoreCase)
            ? endpoint.Authority
            : configuration["Storage:Disk:Root"] ?? "disk";

    protected override Task AskAsync(CancellationToken cancellationToken) => store.CheckAsync(cancellationToken);
}
