using MangaMotion.Messaging.Postgres.Outbox;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Inbox;

/// <summary>Deletes inbox rows older than the duplicate detection window, in batches small enough to disturb nobody.</summary>
internal sealed class InboxCleanup(NpgsqlDataSource dataSource, IOptions<PostgresOutboxOptions> options, ILogger<InboxCleanup> logger) : BackgroundService
{
    private const int BatchSize = 1000;
    private const string Delete =
        """
        DELETE FROM inbox WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM inbox WHERE consumed_at < now() - $1 ORDER BY consumed_at LIMIT $2 FOR UPDATE SKIP LOCKED))
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var outage = new Outage(logger, dataSource, "purge the inbox");
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var deleted = await DeleteBatchAsync(dataSource, options.Value.DuplicateDetectionWindow, stoppingToken);
                outage.Over();
                if (deleted < BatchSize)
                    await Task.Delay(options.Value.CleanupInterval, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                await outage.WaitAsync(exception, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                // Stopping.
            }
        }
    }

    private static async Task<int> DeleteBatchAsync(NpgsqlDataSource dataSource, TimeSpan window, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Delete);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = window });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = BatchSize });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
