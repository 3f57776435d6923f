using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>Converts a message that is being consumed to an outbox message without serializing it again.</summary>
internal static class ForwardedMessage
{
    private const string EnvelopeContentType = "application/vnd.masstransit+json";

    public static OutboxMessage Create(ConsumeContext context, Uri destination, OutboxMessageOptions? options)
    {
        var received = context.ReceiveContext;
        var messageId = options?.MessageId ?? context.MessageId ?? received.GetMessageId()
            ?? throw new InvalidOperationException(
                $"Cannot forward a message from {received.InputAddress} to {destination}: it has no message id.");
        var headers = received.TransportHeaders.GetAll()
            .Where(header => IsApplicationHeader(header.Key))
            .Concat(options?.Headers ?? Enumerable.Empty<KeyValuePair<string, object>>());
        var envelope = new OutboxEnvelope
        {
            CorrelationId = options?.CorrelationId ?? context.CorrelationId,
            ConversationId = context.ConversationId,
            InitiatorId = context.InitiatorId,
            RequestId = context.RequestId,
            SourceAddress = context.SourceAddress,
            ResponseAddress = context.ResponseAddress,
            FaultAddress = context.FaultAddress,
            Headers = OutboxEnvelope.Flatten(headers),
        };
        var body = received.Body.GetBytes();
        var contentType = received.ContentType?.ToString() ?? EnvelopeContentType;
        if (options?.Headers?.TryGetValue(MessageHeaders.RedeliveryCount, out var count) == true
            && received.ContentType?.MediaType == EnvelopeContentType)
            body = SetEnvelopeHeader(body, MessageHeaders.RedeliveryCount, Convert.ToInt32(count, CultureInfo.InvariantCulture));
        return new OutboxMessage(messageId, destination, string.Join(';', context.SupportedMessageTypes), contentType, body, envelope)
        {
            NotBefore = options?.NotBefore,
            Delay = options?.Delay,
        };
    }

    /// <summary>Whether a header belongs to the message. The transport sets the other headers for each delivery.</summary>
    private static bool IsApplicationHeader(string header) =>
        header is not ("MessageId" or "CorrelationId") &&
        !header.StartsWith("RabbitMQ-", StringComparison.OrdinalIgnoreCase) &&
        !header.StartsWith("x-", StringComparison.OrdinalIgnoreCase);

    private static byte[] SetEnvelopeHeader(byte[] body, string name, int value)
    {
        var envelope = JsonNode.Parse(body)!.AsObject();
        if (envelope["headers"] is not JsonObject headers)
            envelope["headers"] = headers = [];
        headers[name] = value;
        return JsonSerializer.SerializeToUtf8Bytes(envelope);
    }
}
