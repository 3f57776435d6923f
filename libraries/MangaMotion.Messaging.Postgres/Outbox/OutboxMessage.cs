using MassTransit;
using MassTransit.Context;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>One row of <c>outbox</c>: a serialized message on its way to the broker.</summary>
public sealed class OutboxMessage
{
    internal OutboxMessage(Guid messageId, Uri destination, string messageTypes, string contentType, byte[] body, OutboxEnvelope envelope)
    {
        MessageId = messageId;
        Destination = destination;
        MessageTypes = messageTypes;
        ContentType = contentType;
        Body = body;
        Envelope = envelope;
    }

    /// <summary>Key of the row.</summary>
    internal Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid MessageId { get; }

    public Uri Destination { get; }

    /// <summary>Absolute due time, judged by the database's clock; null is at once or after <see cref="Delay"/>.</summary>
    public DateTimeOffset? NotBefore { get; internal init; }

    /// <summary>Due this long after the insert, by the database's clock.</summary>
    public TimeSpan? Delay { get; internal init; }

    /// <summary>MassTransit's token of a scheduled message, by which it can be cancelled.</summary>
    public Guid? Token { get; internal init; }

    /// <summary>URNs of the message's types, joined by <c>;</c>.</summary>
    internal string MessageTypes { get; }

    internal string ContentType { get; }

    /// <summary>The message as it goes over the wire, MassTransit's envelope included.</summary>
    internal byte[] Body { get; }

    internal OutboxEnvelope Envelope { get; }

    /// <summary>Set by the insert, where others are stored with it that leave in order.</summary>
    internal Guid? GroupId { get; set; }

    /// <summary>Until when this process alone delivers the row, as a timestamp of the monotonic clock; null is never.</summary>
    internal long? ClaimedUntil { get; set; }

    internal bool IsDelayed => Delay is not null || NotBefore is not null;

    internal static OutboxMessage From<T>(SendContext<T> context)
        where T : class
    {
        var messageId = context.MessageId ?? throw new MessageException(typeof(T), "The outbox needs a message id: set SendContext.MessageId.");
        var destination = context.DestinationAddress ?? throw new MessageException(typeof(T), "The outbox needs a destination address.");
        var delay = context.Delay;
        // It is the row that waits. Left in, the delay would become a property and the transport would ask for a delayed exchange.
        context.Delay = null;
        // First the body: a raw serializer adds its transport headers while it writes.
        var body = context.Serializer.GetMessageBody(context).GetBytes();
        var properties = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        (context as TransportSendContext)?.WritePropertiesTo(properties);
        var envelope = new OutboxEnvelope
        {
            CorrelationId = context.CorrelationId,
            ConversationId = context.ConversationId,
            InitiatorId = context.InitiatorId,
            RequestId = context.RequestId,
            SourceAddress = context.SourceAddress,
            ResponseAddress = context.ResponseAddress,
            FaultAddress = context.FaultAddress,
            ExpiresAt = DateTimeOffset.UtcNow + delay.GetValueOrDefault() + context.TimeToLive,
            Headers = OutboxEnvelope.Flatten(context.Headers.GetAll()),
            Properties = OutboxEnvelope.Flatten(properties),
        };
        return new OutboxMessage(
            messageId, destination, string.Join(';', context.SupportedMessageTypes),
            (context.ContentType ?? context.Serialization.DefaultContentType).ToString(), body, envelope)
        {
            Delay = delay > TimeSpan.Zero ? delay : null,
            Token = context.ScheduledMessageId,
        };
    }

    internal OutboxMessage Due(DateTimeOffset? notBefore) => notBefore is null
        ? this
        : new OutboxMessage(MessageId, Destination, MessageTypes, ContentType, Body, Envelope) { NotBefore = notBefore, Token = Token };
}
