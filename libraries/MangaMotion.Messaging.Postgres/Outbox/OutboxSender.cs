using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using MassTransit.Logging;
using MassTransit.Serialization;
using Microsoft.Extensions.Logging;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>Sends the rows of a batch: starts the sends in order and awaits the broker's confirms together.</summary>
/// <remarks>
/// Sends that start in order on an open channel arrive in order, because nothing between waits. Only the first send to an address can wait,
/// for the channel or the topology. It is therefore awaited before the next send of its group starts.
/// </remarks>
internal sealed class OutboxSender(IBusControl bus, ILogger<OutboxSender> logger)
{
    private const int MaxReadyAddresses = 1000;

    /// <summary>Endpoints that had a successful send on the current connection.</summary>
    private readonly ConcurrentDictionary<Uri, ISendEndpoint> _ready = new();

    /// <summary>
    /// Rows that the broker confirmed and whose deletion is not committed. They are not sent again after a database outage.
    /// </summary>
    private readonly ConcurrentDictionary<Guid, bool> _confirmed = new();

    /// <summary>Sends a batch. Errors are part of the result. A stop or the time-out ends the wait for confirms, not the sends.</summary>
    public async Task<OutboxBatch> SendAsync(IReadOnlyList<OutboxRow> rows, TimeSpan timeout, CancellationToken stopping)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(timeout);
        if (_ready.Count > MaxReadyAddresses)
            _ready.Clear();
        var sends = new Task<Exception?>[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            var isReady = _ready.TryGetValue(row.Message.Destination, out var endpoint);
            sends[i] = SendRowAsync(row, endpoint, deadline.Token);
            if (!isReady && row.GroupId is not null && await sends[i] is null)
                _ready[row.Message.Destination] = await bus.GetSendEndpoint(row.Message.Destination);
        }

        var errors = await Task.WhenAll(sends);
        var failures = errors.Count(error => error is not null);
        OutboxTelemetry.Delivered.Add(errors.Length - failures);
        if (failures == 0)
            return new OutboxBatch(rows, errors, backOff: false);

        // The connection may have been replaced. On a new one the first send can wait again.
        _ready.Clear();
        return new OutboxBatch(rows, errors, backOff: !stopping.IsCancellationRequested && ReportFailures(rows, errors));
    }

    /// <summary>Forgets confirmed rows after their deletion is committed.</summary>
    public void ForgetConfirmed(IEnumerable<Guid> ids)
    {
        foreach (var id in ids)
            _confirmed.TryRemove(id, out _);
    }

    /// <summary>Logs and counts failed sends.</summary>
    /// <returns>Whether the messages caused the failure; false while the broker is unavailable.</returns>
    private bool ReportFailures(IReadOnlyList<OutboxRow> rows, Exception?[] errors)
    {
        var failed = rows.Zip(errors).Where(pair => pair.Second is not null).ToList();
        if (bus.CheckHealth().Status != BusHealthStatus.Healthy)
        {
            logger.LogBrokerUnavailable(failed.Count, OutboxBatch.DescribeError(failed[0].Second!));
            return false;
        }

        OutboxTelemetry.Failed.Add(failed.Count);
        foreach (var byCause in failed.GroupBy(pair => (pair.First.Message.Destination, Cause: OutboxBatch.DescribeError(pair.Second!))))
        {
            logger.LogMessagesNotSent(
                byCause.Count(), byCause.Key.Destination, byCause.Max(pair => pair.First.Attempts) + 1, byCause.Key.Cause);
        }

        return true;
    }

    private async Task<Exception?> SendRowAsync(OutboxRow row, ISendEndpoint? endpoint, CancellationToken cancellationToken)
    {
        if (_confirmed.ContainsKey(row.Id))
            return null;
        using var activity = StartActivity(row);
        try
        {
            endpoint ??= await bus.GetSendEndpoint(row.Message.Destination);
            // The transport can react to the token late, for instance while it retries to declare an exchange.
            await endpoint.Send(new SerializedMessageBody(), row, cancellationToken).WaitAsync(cancellationToken);
            _confirmed[row.Id] = true;
            return null;
        }
        catch (Exception exception)
        {
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
            return exception;
        }
    }

    private static Activity? StartActivity(OutboxRow row)
    {
        if (!OutboxTelemetry.Source.HasListeners())
            return null;
        var parent = row.Message.Envelope.Headers?.TryGetValue(DiagnosticHeaders.ActivityId, out var id) == true &&
            ActivityContext.TryParse(id.GetString(), null, isRemote: true, out var context) ? context : default;
        return OutboxTelemetry.Source.StartActivity("outbox deliver", ActivityKind.Internal, parent);
    }
}
