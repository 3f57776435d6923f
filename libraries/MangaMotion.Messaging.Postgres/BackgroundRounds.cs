using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Messaging.Postgres;

/// <summary>Rounds of background work: repeated at an interval, and where needed by one instance at a time.</summary>
public static class BackgroundRounds
{
    private const string LockSql = "select pg_try_advisory_xact_lock(hashtext('mangamotion.' || @name))";

    /// <summary>Runs a round again and again until the service stops. A round that fails is logged and does not end the service.</summary>
    /// <param name="name">Name of the round in log lines, such as <c>orphan-sweep</c>.</param>
    public static async Task RepeatAsync(
        string name, TimeSpan interval, Func<CancellationToken, Task> round, ILogger logger, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await round(stoppingToken);
                }
                catch (Exception exception) when (exception is IOException || DatabaseOutage.Is(exception))
                {
                    logger.LogRoundSkipped(name, exception.Message);
                }
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    logger.LogRoundFailed(exception, name);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    /// <summary>Runs a round unless another instance runs it now. An advisory lock, held by a transaction, decides.</summary>
    /// <param name="name">Name of the lock, such as <c>orphan-sweep</c>.</param>
    /// <returns>What the round returned; the default value if another instance runs it.</returns>
    public static async Task<T?> RunExclusivelyAsync<T>(
        this NpgsqlDataSource database, string name, Func<CancellationToken, Task<T>> round, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var claim = new NpgsqlCommand(LockSql, connection, transaction)
        {
            Parameters = { new NpgsqlParameter<string>("name", name) },
        };
        return (bool)(await claim.ExecuteScalarAsync(cancellationToken))! ? await round(cancellationToken) : default;
    }
}
