using System.Collections.ObjectModel;
using MangaMotion.Messaging.Postgres;
using MangaMotion.ServiceDefaults.Bus;
using MangaMotion.Storage;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace MangaMotion.ServiceDefaults.Health;

/// <summary>Checks with a short timeout whether one server answers.</summary>
internal abstract class DependencyCheck : IHealthCheck
{
    public const string Where = "where";

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    /// <summary><c>host:port</c> or a path, without credentials.</summary>
    protected abstract string Address { get; }

    protected abstract Task QueryAsync(CancellationToken cancellationToken);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var data = new ReadOnlyDictionary<string, object>(new Dictionary<string, object>(StringComparer.Ordinal) { [Where] = Address });
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(AnswerTimeout);
        try
        {
            // Some clients ignore the token while they connect, and a frozen server must not delay this answer.
            await QueryAsync(timeout.Token).WaitAsync(timeout.Token);
            return HealthCheckResult.Healthy(data: data);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"no answer within {AnswerTimeout.TotalSeconds:0} s", data: data);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy(e.GetBaseException().Message, data: data);
        }
    }
}

/// <summary>
/// Commits a write: a standby and a read-only server answer reads, and with its synchronous standby away a primary answers them too while
/// commits wait. The write is a message in the write-ahead log that no table and no subscriber receives.
/// </summary>
internal sealed class PostgresCheck(NpgsqlDataSource database) : DependencyCheck
{
    private const string Write =
        "select case when current_setting('transaction_read_only') = 'off' then pg_logical_emit_message(true, 'mangamotion', '') end";

    protected override string Address => DatabaseHosts.Describe(new(database.ConnectionString));

    protected override async Task QueryAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Write);
        if (await command.ExecuteScalarAsync(cancellationToken) is DBNull)
            throw new IOException("the server accepts no writes: it is a standby, or set to read-only");
    }
}

/// <summary>
/// Checks the broker and the bus. The bus may report a connection to a frozen broker, and the broker may answer before the bus is
/// connected.
/// </summary>
internal sealed class BrokerCheck(BrokerAddress broker, BrokerConnection connection, IBusControl bus, StoppedEndpoints stopped)
    : DependencyCheck
{
    protected override string Address => broker.ToString();

    protected override async Task QueryAsync(CancellationToken cancellationToken)
    {
        await using (await connection.OpenChannelAsync(cancellationToken))
        {
            var health = bus.CheckHealth();
            if (!stopped.IsHealthy(health))
            {
                var reason = health.Exception?.GetBaseException().Message ?? health.Description;
                throw new IOException($"the broker answers, the bus is not connected yet: {reason}");
            }
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

    protected override Task QueryAsync(CancellationToken cancellationToken) => store.CheckAsync(cancellationToken);
}
