using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>
/// Delivers due messages batch by batch. Any number of instances can deliver. The rows of a batch stay locked while they are sent, and the
/// same transaction deletes them. After a crash, another instance delivers them.
/// </summary>
internal sealed class OutboxDelivery(
    IBusControl bus, NpgsqlDataSource dataSource, OutboxSender sender, OutboxSignal signal, ClaimedMessages claimed,
    IOptions<PostgresOutboxOptions> options, ILogger<OutboxDelivery> logger)
    : BackgroundService
{
    /// <summary>Minimum wait for a due time, so that rounding cannot make the loop spin.</summary>
    private static readonly TimeSpan MinWait = TimeSpan.FromMilliseconds(1);

    /// <summary>Time after which the next batch starts while a slow one still waits for confirms.</summary>
    private static readonly TimeSpan SlowBatchTimeout = TimeSpan.FromMilliseconds(250);

    /// <summary>Maximum number of slow batches at the same time.</summary>
    private const int MaxSlowBatches = 4;

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
                claimed.IsOpen = true;
                var batch = TryDeliverAsync(stoppingToken);
                if (await Task.WhenAny(batch, Task.Delay(SlowBatchTimeout, stoppingToken)) == batch)
                {
                    await signal.WaitAsync(await batch, stoppingToken);
                    continue;
                }

                slow.RemoveAll(task => task.IsCompleted);
                slow.Add(batch);
                if (slow.Count >= MaxSlowBatches)
                    await Task.WhenAny(slow);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // The service is stopping. Unconfirmed messages stay in the outbox.
            }
        }

        await Task.WhenAll(slow);
    }

    private async Task<TimeSpan> TryDeliverAsync(CancellationToken cancellationToken)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        try
        {
            var wait = await DeliverBatchAsync(cancellationToken);
            _outage.EndOutage();
            return wait;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (!DatabaseOutage.Is(exception))
                logger.LogDeliveryFailed(exception);
            await _outage.WaitAsync(exception, cancellationToken, startedAt);
            return TimeSpan.Zero;
        }
        catch (Exception exception)
        {
            logger.LogDeliveryStopped(exception);
            return TimeSpan.Zero;
        }
    }

    /// <summary>Delivers one batch.</summary>
    /// <returns>
    /// Time to wait for the next batch: zero after a full batch, otherwise the time to the next due row or the polling delay.
    /// </returns>
    private async Task<TimeSpan> DeliverBatchAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rows = await LockDueRowsAsync(connection, cancellationToken);
        var full = rows.Count >= _options.QueryMessageLimit;

        await using var batch = new NpgsqlBatch(connection);
        var sent = await sender.SendAsync(rows, _options.SendTimeout, cancellationToken);
        if (sent.HasFailures)
            claimed.IsOpen = false;
        sent.AppendTo(batch, claimed: false, complete: !full);
        if (!full)
            batch.BatchCommands.Add(new(OutboxSql.NextDueText));
        batch.BatchCommands.Add(new("commit"));

        // Not canceled by a stop: messages that the broker confirmed must not be sent twice.
        var next = await ExecuteBatchAsync(batch, CancellationToken.None);
        sender.ForgetConfirmed(sent.Confirmed);
        return full ? TimeSpan.Zero : next;
    }

    private async Task<List<OutboxRow>> LockDueRowsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(OutboxSql.SelectText, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = _options.QueryMessageLimit });
        var rows = new List<OutboxRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(OutboxRow.ReadRow(reader));
        return rows;
    }

    /// <summary>Executes the batch.</summary>
    /// <returns>Time to the next due row if the batch asks for it, otherwise the polling delay.</returns>
    private async Task<TimeSpan> ExecuteBatchAsync(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        var wait = _options.QueryDelay;
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken))
            wait = TimeSpan.FromSeconds(Math.Clamp(reader.GetDouble(0), MinWait.TotalSeconds, _options.QueryDelay.TotalSeconds));
        while (await reader.NextResultAsync(cancellationToken))
        {
            // Reads up to COMMIT, so that its error is thrown here.
        }

        return wait;
    }
}
