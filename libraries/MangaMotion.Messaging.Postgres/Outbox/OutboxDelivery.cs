using System.Collections.Concurrent;
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
    IBusControl bus, NpgsqlDataSource dataSource, OutboxSignal signal, IOptions<PostgresOutboxOptions> options, ILogger<OutboxDelivery> logger)
    : BackgroundService
{
    // A due time that has just been missed by a hair must not make the loop spin.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    // A batch that waits for one slow confirm does not hold up the next; this many may be out at once.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);
    private const int BatchLimit = 4;

    private readonly OutboxSender _sender = new(bus);
    private readonly Outage _outage = new(logger, dataSource, "deliver the outbox");
    private readonly PostgresOutboxOptions _options = options.Value;

    // Confirmed by the broker, but the database went away before their deletion was committed: deleted without a second send.
    private readonly ConcurrentDictionary<long, bool> _confirmed = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var slow = new List<Task>();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await bus.WaitForHealthStatus(BusHealthStatus.Healthy, stoppingToken);
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
        try
        {
            var wait = await DeliverBatchAsync(cancellationToken);
            _outage.Over();
            return wait;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (!Outage.IsOutage(exception))
                logger.LogError(exception, "Outbox delivery failed; its messages stay in the outbox and are tried again");
            await _outage.WaitAsync(exception, cancellationToken);
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
        if (rows.Count == 0)
            return await FinishAsync(connection, rows, [], cancellationToken);

        var unsent = _confirmed.IsEmpty ? rows : rows.Where(row => !_confirmed.ContainsKey(row.Sequence)).ToList();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_options.SendTimeout);
        var errors = await _sender.SendAsync(unsent, deadline.Token);

        var failed = new List<(OutboxRow Row, Exception Error)>();
        for (var i = 0; i < unsent.Count; i++)
        {
            if (errors[i] is { } error)
                failed.Add((unsent[i], error));
            else
                _confirmed[unsent[i].Sequence] = true;
        }

        OutboxTelemetry.Delivered.Add(unsent.Count - failed.Count);
        // Also while stopping: what the broker has, nobody else should send again.
        return await FinishAsync(connection, rows, Postponed(failed, cancellationToken), CancellationToken.None);
    }

    private async Task<List<OutboxRow>> LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(OutboxSql.SelectText, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = _options.QueryMessageLimit });
        var rows = new List<OutboxRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(new OutboxRow(reader));
        return rows;
    }

    /// <summary>The rows to try again later. With the broker away it is not their fault: they stay as they are, due at once.</summary>
    private List<(OutboxRow Row, Exception Error)> Postponed(List<(OutboxRow Row, Exception Error)> failed, CancellationToken cancellationToken)
    {
        if (failed.Count == 0 || cancellationToken.IsCancellationRequested)
            return [];
        if (bus.CheckHealth().Status != BusHealthStatus.Healthy)
        {
            logger.LogWarning(
                "{Count} outbox messages wait for the broker, which went away while they were sent: {Cause}", failed.Count, failed[0].Error.Message);
            return [];
        }

        OutboxTelemetry.Failed.Add(failed.Count);
        foreach (var byCause in failed.GroupBy(failure => (failure.Row.Destination, Describe(failure.Error))))
        {
            logger.LogWarning(
                "Could not send {Count} outbox messages to {Destination} (attempt {Attempt}): {Cause}. They are tried again with growing delays, up to 60 s",
                byCause.Count(), byCause.Key.Destination, byCause.Max(failure => failure.Row.Attempts) + 1, byCause.Key.Item2);
        }

        return failed;
    }

    private async Task<TimeSpan> FinishAsync(
        NpgsqlConnection connection, List<OutboxRow> rows, List<(OutboxRow Row, Exception Error)> postponed, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        var confirmed = rows.Where(row => _confirmed.ContainsKey(row.Sequence)).Select(row => row.Sequence).ToArray();
        if (confirmed.Length > 0)
            batch.BatchCommands.Add(new(OutboxSql.DeleteText) { Parameters = { new NpgsqlParameter<long[]> { TypedValue = confirmed } } });
        if (postponed.Count > 0)
        {
            batch.BatchCommands.Add(new(OutboxSql.PostponeText)
            {
                Parameters =
                {
                    new NpgsqlParameter<long[]> { TypedValue = postponed.Select(p => p.Row.Sequence).ToArray() },
                    new NpgsqlParameter<string[]> { TypedValue = postponed.Select(p => Describe(p.Error)).ToArray() },
                },
            });
        }

        // A group that the limit cut off, or whose first row went while others stay, needs a new first row.
        foreach (var group in GroupsToPromote(rows, confirmed.Length))
            batch.BatchCommands.Add(new(OutboxSql.PromoteText) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = group } } });

        var full = rows.Count >= _options.QueryMessageLimit;
        if (!full)
            batch.BatchCommands.Add(new(OutboxSql.NextDueText));
        batch.BatchCommands.Add(new("COMMIT"));

        var wait = full ? TimeSpan.Zero : _options.QueryDelay;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            if (!full && await reader.ReadAsync(cancellationToken))
                wait = TimeSpan.FromSeconds(Math.Clamp(reader.GetDouble(0), ShortestWait.TotalSeconds, _options.QueryDelay.TotalSeconds));
            while (await reader.NextResultAsync(cancellationToken))
            {
                // Reads on to COMMIT, so that its error would be thrown here.
            }
        }

        foreach (var sequence in confirmed)
            _confirmed.TryRemove(sequence, out _);
        return wait;
    }

    private IEnumerable<Guid> GroupsToPromote(List<OutboxRow> rows, int confirmed)
    {
        if (rows.Count < _options.QueryMessageLimit && confirmed == rows.Count)
            return [];
        return rows.Where(row => row.GroupId is not null).Select(row => row.GroupId!.Value).Distinct();
    }

    private static string Describe(Exception exception) =>
        exception is OperationCanceledException ? "the broker did not confirm in time" : exception.Message;
}
