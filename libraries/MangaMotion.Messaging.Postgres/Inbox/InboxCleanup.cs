using MangaMotion.Messaging.Postgres.Outbox;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Inbox;

/// <summary>Deletes inbox rows older than the duplicate detection window, in small batches that do not block deliveries.</summary>
internal sealed class InboxCleanup(
    NpgsqlDataSource dataSource, IOptions<PostgresOutboxOptions> options, ILogger<InboxCleanup> logger) : BackgroundService
{
    private const int BatchSize = 1000;

    /// <summary>Deletes the oldest expired rows. The table has no triggers.</summary>
    private const string DeleteExpired =
        """
        delete from inbox where ctid = any (array(
            select ctid from inbox where consumed_at < now() - @window order by consumed_at limit @limit for update skip locked))
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var outage = new Outage(logger, dataSource, "purge the inbox");
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var deleted = await DeleteBatchAsync(dataSource, options.Value.DuplicateDetectionWindow, stoppingToken);
                outage.EndOutage();
                if (deleted < BatchSize)
                    await Task.Delay(options.Value.CleanupInterval, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                await outage.WaitAsync(exception, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                // The service is stopping.
            }
        }
    }

    private static async Task<int> DeleteBatchAsync(NpgsqlDataSource dataSource, TimeSpan window, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(DeleteExpired);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan>("window", window));
        command.Parameters.Add(new NpgsqlParameter<int>("limit", BatchSize));
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
