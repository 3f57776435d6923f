using MangaMotion.Messaging.Postgres;
using Npgsql;

namespace MangaMotion.Records.Loading;

/// <summary>
/// Deletes rows that no query can reach: rows of jobs that were canceled or failed between the commit of their rows and the commit of their
/// result, and rows of deleted jobs.
/// </summary>
public sealed class LoadSweeper(NpgsqlDataSource database, ILogger<LoadSweeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            do
            {
                await SweepAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service is stopping.
        }
    }

    /// <summary>Deletes all orphaned loads, a batch at a time. An unavailable database ends the sweep until the next interval.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await SweepBatchAsync(cancellationToken) is > 0 and var loads)
                logger.LogOrphanedLoadsDeleted(loads);
        }
        catch (Exception exception) when (DatabaseOutage.Is(exception))
        {
            logger.LogSweepPostponed(exception.Message);
        }
    }

    private async Task<int> SweepBatchAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(LoadSql.DeleteOrphanedLoads, connection);
        var loads = await RecordLoader.DeleteLoadsAsync(command, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return loads;
    }
}
