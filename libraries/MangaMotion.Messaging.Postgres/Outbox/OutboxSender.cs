using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using MassTransit.Logging;
using MassTransit.Serialization;
using Microsoft.Extensions.Logging;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>
/// Sends the rows of a batch: starts them in order, awaits the broker's confirms together. Sends that are started in order on
/// an open channel reach it in order, since nothing on the way waits; only the first send to an address may wait, for the
/// channel or the topology, so it is awaited before the next of its group starts.
/// </summary>
internal sealed class OutboxSender(IBusControl bus, ILogger<OutboxSender> logger)
{
    private const int AddressLimit = 1000;
    private readonly ConcurrentDictionary<Uri, ISendEndpoint> _ready = new();

    // Confirmed by the broker, but not known to be deleted: should the database have gone away in between, not sent again.
    private readonly ConcurrentDictionary<Guid, bool> _confirmed = new();

    /// <summary>Never throws: what went wrong is in the result. A stop or the deadline ends the waiting, not the sends.</summary>
    public async Task<OutboxBatch> SendAsync(IReadOnlyList<OutboxRow> rows, TimeSpan timeout, CancellationToken stopping)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(timeout);
        if (_ready.Count > AddressLimit)
            _ready.Clear();
        var sends = new Task<Exception?>[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            var isReady = _ready.TryGetValue(row.Message.Destination, out var endpoint);
            sends[i] = SendAsync(row, endpoint, deadline.Token);
            if (!isReady && row.GroupId is not null && await sends[i] is null)
                _ready[row.Message.Destination] = await bus.GetSendEndpoint(row.Message.Destination);
        }

        var errors = await Task.WhenAll(sends);
        var failures = errors.Count(error => error is not null);
        OutboxTelemetry.Delivered.Add(errors.Length - failures);
        if (failures == 0)
            return new OutboxBatch(rows, errors, blamed: false);

        // The connection may be a new one now, on which the first send has to wait again.
        _ready.Clear();
        return new OutboxBatch(rows, errors, blamed: !stopping.IsCancellationRequested && IsToBlame(rows, errors));
    }

    /// <summary>The deletion of these rows is committed.</summary>
    public void Forget(IEnumerable<Guid> ids)
    {
        foreach (var id in ids)
            _confirmed.TryRemove(id, out _);
    }

    /// <summary>Whether the messages are at fault; false while the broker is away.</summary>
    private bool IsToBlame(IReadOnlyList<OutboxRow> rows, Exception?[] errors)
    {
        var failed = rows.Zip(errors).Where(pair => pair.Second is not null).ToList();
        if (bus.CheckHealth().Status != BusHealthStatus.Healthy)
        {
            logger.LogWarning("{Count} outbox messages wait for the broker: {Cause}", failed.Count, OutboxBatch.Describe(failed[0].Second!));
            return false;
        }

        OutboxTelemetry.Failed.Add(failed.Count);
        foreach (var byCause in failed.GroupBy(pair => (pair.First.Message.Destination, Cause: OutboxBatch.Describe(pair.Second!))))
        {
            logger.LogWarning(
                "Could not send {Count} outbox messages to {Destination} (attempt {Attempt}): {Cause}. They are tried again with growing delays, up to 60 s",
                byCause.Count(), byCause.Key.Destination, byCause.Max(pair => pair.First.Attempts) + 1, byCause.Key.Cause);
        }

        return true;
    }

    private async Task<Exception?> SendAsync(OutboxRow row, ISendEndpoint? endpoint, CancellationToken cancellationToken)
    {
        if (_confirmed.ContainsKey(row.Id))
            return null;
        using var activity = StartActivity(row);
        try
        {
            endpoint ??= await bus.GetSendEndpoint(row.Message.Destination);
            // The transport may take its time to notice the token, for instance while it declares an exchange again and again.
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
