using MassTransit;
using MassTransit.Context;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>Serialized message that is one row of <c>outbox</c> until the broker confirms it.</summary>
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

    /// <summary>Due time by the database's clock; null for a message that is due after <see cref="Delay"/> or immediately.</summary>
    public DateTimeOffset? NotBefore { get; internal init; }

    /// <summary>Time between the insert and the due time, by the database's clock.</summary>
    public TimeSpan? Delay { get; internal init; }

    /// <summary>MassTransit's token of a scheduled message, which cancels it.</summary>
    public Guid? Token { get; internal init; }

    /// <summary>URNs of the message's types, separated by <c>;</c>.</summary>
    internal string MessageTypes { get; }

    internal string ContentType { get; }

    /// <summary>Bytes that are sent, MassTransit's envelope included.</summary>
    internal byte[] Body { get; }

    internal OutboxEnvelope Envelope { get; }

    /// <summary>Group of messages that are sent in order. The insert sets it if several messages are due immediately.</summary>
    internal Guid? GroupId { get; set; }

    /// <summary>Timestamp of the monotonic clock until which only this process delivers the row; null for an unclaimed row.</summary>
    internal long? ClaimedUntil { get; set; }

    internal bool IsDelayed => Delay is not null || NotBefore is not null;

    internal static OutboxMessage Create<T>(SendContext<T> context)
        where T : class
    {
        var messageId = context.MessageId ?? throw new MessageException(
            typeof(T), "The outbox needs a message id: set SendContext.MessageId.");
        var destination = context.DestinationAddress ?? throw new MessageException(typeof(T), "The outbox needs a destination address.");
        var delay = context.Delay;
        // The row implements the delay. As a property it would make the transport require a delayed exchange.
        context.Delay = null;
        // The body comes first because a raw serializer adds transport headers while it writes.
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

    /// <summary>Returns the message with a due time, or unchanged for null.</summary>
    internal OutboxMessage WithDueTime(DateTimeOffset? notBefore) => notBefore is null
        ? this
        : new OutboxMessage(MessageId, Destination, MessageTypes, ContentType, Body, Envelope) { NotBefore = notBefore, Token = Token };
}
