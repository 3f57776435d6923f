using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>
/// Delivers what is due, batch by batch, as one of any number of instances. The rows of a batch stay locked while they are
/// sent and are deleted by the transaction that locked them: a crash in between leaves them for the next one.
/// </summary>
internal sealed class OutboxDelivery(
    IBusControl bus, NpgsqlDataSource dataSource, OutboxSender sender, OutboxSignal signal, ClaimedMessages claimed,
    IOptions<PostgresOutboxOptions> options, ILogger<OutboxDelivery> logger)
    : BackgroundService
{
    // A due time that has just been missed by a hair must not make the loop spin.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    // A batch that waits for one slow confirm does not hold up the next; this many may be out at once.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);
    private const int BatchLimit = 4;

    private readonly Outage _outage = new(logger, dataSource, "deliver the outbox");
    private readonly PostgresOutboxOptions _options = options.Value;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var slow = new List<Task>();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await bus.WaitForHealthStatus(BusHealthStatus.Healthy, stoppingToken);
                claimed.Open = true;
                var batch = TryDeliverAsync(stoppingToken);
                if (await Task.WhenAny(batch, Task.Delay(Patience, stoppingToken)) == batch)
                {
                    await signal.WaitAsync(await batch, stoppingToken);
                    continue;
                }

                slow.RemoveAll(task => task.IsCompleted);
                slow.Add(batch);
                if (slow.Count >= BatchLimit)
                    await Task.WhenAny(slow);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // Stopping: what was not confirmed is still in the outbox.
            }
        }

        await Task.WhenAll(slow);
    }

    private async Task<TimeSpan> TryDeliverAsync(CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            var wait = await DeliverBatchAsync(cancellationToken);
            _outage.Over();
            return wait;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (!DatabaseOutage.Is(exception))
                logger.LogError(exception, "Outbox delivery failed; its messages stay in the outbox and are tried again");
            await _outage.WaitAsync(exception, cancellationToken, began);
            return TimeSpan.Zero;
        }
        catch (Exception exception)
        {
            logger.LogDebug(exception, "Outbox delivery was stopped");
            return TimeSpan.Zero;
        }
    }

    /// <summary>Delivers one batch and returns how long to wait for the next: not at all, until the next due time, or the polling delay.</summary>
    private async Task<TimeSpan> DeliverBatchAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rows = await LockAsync(connection, cancellationToken);
        var full = rows.Count >= _options.QueryMessageLimit;

        await using var batch = new NpgsqlBatch(connection);
        var sent = await sender.SendAsync(rows, _options.SendTimeout, cancellationToken);
        if (sent.HasFailures)
            claimed.Open = false;
        sent.AppendTo(batch, claimed: false, complete: !full);
        if (!full)
            batch.BatchCommands.Add(new(OutboxSql.NextDueText));
        batch.BatchCommands.Add(new("COMMIT"));

        // Also while stopping: what the broker has, nobody else should send again.
        var next = await ExecuteAsync(batch, CancellationToken.None);
        sender.Forget(sent.Confirmed);
        return full ? TimeSpan.Zero : next;
    }

    private async Task<List<OutboxRow>> LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(OutboxSql.SelectText, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = _options.QueryMessageLimit });
        var rows = new List<OutboxRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(OutboxRow.Read(reader));
        return rows;
    }

    /// <summary>Runs the batch to its end and returns the time to the next due row, if it asked for that.</summary>
    private async Task<TimeSpan> ExecuteAsync(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        var wait = _options.QueryDelay;
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken))
            wait = TimeSpan.FromSeconds(Math.Clamp(reader.GetDouble(0), ShortestWait.TotalSeconds, _options.QueryDelay.TotalSeconds));
        while (await reader.NextResultAsync(cancellationToken))
        {
            // Reads on to COMMIT, so that its error would be thrown here.
        }

        return wait;
    }
}
