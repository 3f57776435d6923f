using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using MassTransit.Logging;
using MassTransit.Serialization;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>
/// Sends the rows of a batch: starts them in order, awaits the broker's confirms together. Sends that are started in order on
/// an open channel reach it in order, since nothing on the way waits; only the first send to an address may wait, for the
/// channel or the topology, so it is awaited before the next of its group starts.
/// </summary>
internal sealed class OutboxSender(IBus bus)
{
    private const int AddressLimit = 1000;
    private readonly ConcurrentDictionary<string, ISendEndpoint> _ready = new(StringComparer.Ordinal);

    /// <summary>The error of each row, null where the broker has confirmed it. A cancelled send counts as neither known nor failed.</summary>
    public async Task<Exception?[]> SendAsync(IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
    {
        if (_ready.Count > AddressLimit)
            _ready.Clear();
        var sends = new Task<Exception?>[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            if (_ready.TryGetValue(row.Destination, out var endpoint))
            {
                sends[i] = SendAsync(endpoint, row, cancellationToken);
                continue;
            }

            sends[i] = ConnectAsync(row, cancellationToken);
            if (row.GroupId is not null && await sends[i] is null)
                _ready[row.Destination] = await bus.GetSendEndpoint(new Uri(row.Destination));
        }

        var errors = await Task.WhenAll(sends);
        // After an error the connection may be a new one, on which the first send has to wait again.
        if (errors.Any(error => error is not null))
            _ready.Clear();
        return errors;
    }

    private async Task<Exception?> ConnectAsync(OutboxRow row, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(await bus.GetSendEndpoint(new Uri(row.Destination)), row, cancellationToken);
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    private static async Task<Exception?> SendAsync(ISendEndpoint endpoint, OutboxRow row, CancellationToken cancellationToken)
    {
        using var activity = StartActivity(row);
        try
        {
            await endpoint.Send(new SerializedMessageBody(), row, cancellationToken);
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
        var parent = row.Envelope.Headers?.TryGetValue(DiagnosticHeaders.ActivityId, out var id) == true &&
            ActivityContext.TryParse(id.GetString(), null, isRemote: true, out var context) ? context : default;
        return OutboxTelemetry.Source.StartActivity("outbox deliver", ActivityKind.Internal, parent);
    }
}
