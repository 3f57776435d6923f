using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>
/// Delivers the messages that this process has just committed from memory, without reading them back. Their rows are deleted while the next
/// messages are sent.
/// </summary>
internal sealed class ClaimedDelivery(
    NpgsqlDataSource dataSource, OutboxSender sender, OutboxSignal signal, ClaimedMessages claimed, ILogger<ClaimedDelivery> logger)
    : BackgroundService
{
    private const int BatchSize = 500;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var writing = Task.CompletedTask;
        try
        {
            while (await claimed.Groups.WaitToReadAsync(stoppingToken))
            {
                var rows = DequeueBatch();
                if (rows.Count == 0)
                    continue;
                var sent = await sender.SendAsync(rows, ClaimedMessages.Usable, stoppingToken);
                if (sent.HasFailures)
                    claimed.IsOpen = false;
                await writing;
                writing = WriteOutcomeAsync(sent);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service is stopping. Other instances deliver the remaining messages when their claims expire.
        }

        await writing;
    }

    private List<OutboxRow> DequeueBatch()
    {
        var rows = new List<OutboxRow>();
        while (rows.Count < BatchSize && claimed.TryDequeue(out var group))
        {
            // After its claim expires, a row is due in the table, where another instance may deliver it.
            if (group.All(ClaimedMessages.IsUsable))
                rows.AddRange(group.Select(message => new OutboxRow(message, message.GroupId, Attempts: 0)));
        }

        return rows;
    }

    private async Task WriteOutcomeAsync(OutboxBatch sent)
    {
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync();
            await using var batch = new NpgsqlBatch(connection);
            sent.AppendTo(batch, claimed: true, complete: true);
            await batch.ExecuteNonQueryAsync();
            sender.ForgetConfirmed(sent.Confirmed);
        }
        catch (Exception exception)
        {
            // The rows become due when their claims expire. Those that the broker confirmed are then only deleted.
            if (!DatabaseOutage.Is(exception))
                logger.LogDeliveredNotDeleted(exception, sent.Confirmed.Length);
        }

        if (sent.HasFailures)
            signal.Set();
    }
}
