using MangaMotion.Messaging.Postgres;
using Npgsql;

namespace MangaMotion.Records.Loading;

/// <summary>
/// Takes away rows that will never be seen: of jobs that were canceled, or failed, between the commit of their rows and that
/// of their result, and of jobs that are gone.
/// </summary>
public sealed class LoadSweeper(NpgsqlDataSource database, ILogger<LoadSweeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    // Locked loads are another worker's.
    private const string Unseen =
        """
        delete from records.loads where id in (
          select l.id from records.loads l left join jobs j on j.id = l.job_id
          where j.id is null or j.status in ('FAILED', 'CANCELED')
          order by l.id limit 10 for update of l skip locked)
        returning id, table_id
        """;

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
            // The service stops.
        }
    }

    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await SweepSomeAsync(cancellationToken) is > 0 and var loads)
                logger.LogInformation("Took away the rows of {Loads} loads whose jobs were canceled, failed or removed", loads);
        }
        catch (Exception exception) when (DatabaseOutage.Is(exception))
        {
            logger.LogDebug("Loads not swept, the database is away: {Reason}", exception.Message);
        }
    }

    private async Task<int> SweepSomeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var loads = new List<(long Load, long Table)>();
        await using (var command = new NpgsqlCommand(Unseen, connection))
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
                loads.Add((row.GetInt64(0), row.GetInt64(1)));
        }

        foreach (var (load, table) in loads)
            await RecordLoader.DeleteRowsAsync(connection, load, table, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return loads.Count;
    }
}
