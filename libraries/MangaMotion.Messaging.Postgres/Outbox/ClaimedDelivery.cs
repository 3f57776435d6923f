using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>
/// Delivers what this process has just committed, straight from memory: of the table it needs only the deletion, which goes
/// on while the next messages are sent.
/// </summary>
internal sealed class ClaimedDelivery(
    NpgsqlDataSource dataSource, OutboxSender sender, OutboxSignal signal, ClaimedMessages claimed, ILogger<ClaimedDelivery> logger)
    : BackgroundService
{
    private const int BatchSize = 500;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var written = Task.CompletedTask;
        try
        {
            while (await claimed.Groups.WaitToReadAsync(stoppingToken))
            {
                var rows = Dequeue();
                if (rows.Count == 0)
                    continue;
                var sent = await sender.SendAsync(rows, ClaimedMessages.Usable, stoppingToken);
                if (sent.HasFailures)
                    claimed.Open = false;
                await written;
                written = WriteAsync(sent);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: what is left in memory falls due for others when its claim ends.
        }

        await written;
    }

    private List<OutboxRow> Dequeue()
    {
        var rows = new List<OutboxRow>();
        while (rows.Count < BatchSize && claimed.TryDequeue(out var group))
        {
            // After its time a row is due in the table, where another instance may be about to take it.
            if (group.All(ClaimedMessages.IsUsable))
                rows.AddRange(group.Select(message => new OutboxRow(message, message.GroupId, Attempts: 0)));
        }

        return rows;
    }

    private async Task WriteAsync(OutboxBatch sent)
    {
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync();
            await using var batch = new NpgsqlBatch(connection);
            sent.AppendTo(batch, claimed: true, complete: true);
            await batch.ExecuteNonQueryAsync();
            sender.Forget(sent.Confirmed);
        }
        catch (Exception exception)
        {
            // The rows fall due again when their claims end; those that the broker has are then only deleted.
            if (!DatabaseOutage.Is(exception))
                logger.LogError(exception, "Could not delete {Count} delivered outbox messages; it is tried again", sent.Confirmed.Length);
        }

        if (sent.HasFailures)
            signal.Set();
    }
}
