using System.Net.Mime;
using MassTransit;
using MassTransit.Context;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>A stored message being sent: the pipe that fills the transport's send context with it, body untouched.</summary>
internal sealed class OutboxRow : IPipe<SendContext>, IMessageSerializer
{
    private readonly string _messageTypes;
    private readonly byte[] _body;
    private readonly Guid _messageId;

    public OutboxRow(NpgsqlDataReader reader)
    {
        Sequence = reader.GetInt64(0);
        GroupId = reader.IsDBNull(1) ? null : reader.GetGuid(1);
        Attempts = reader.GetInt32(2);
        _messageId = reader.GetGuid(3);
        Destination = reader.GetString(4);
        _messageTypes = reader.GetString(5);
        ContentType = new ContentType(reader.GetString(6));
        _body = reader.GetFieldValue<byte[]>(7);
        Envelope = OutboxEnvelope.Parse(reader.GetString(8));
    }

    public long Sequence { get; }

    public Guid? GroupId { get; }

    public int Attempts { get; }

    public string Destination { get; }

    public OutboxEnvelope Envelope { get; }

    public ContentType ContentType { get; }

    public MessageBody GetMessageBody<T>(SendContext<T> context)
        where T : class => new BytesMessageBody(_body);

    public Task Send(SendContext context)
    {
        context.MessageId = _messageId;
        context.CorrelationId = Envelope.CorrelationId;
        context.ConversationId = Envelope.ConversationId;
        context.InitiatorId = Envelope.InitiatorId;
        context.RequestId = Envelope.RequestId;
        context.SourceAddress = Envelope.SourceAddress;
        context.ResponseAddress = Envelope.ResponseAddress;
        context.FaultAddress = Envelope.FaultAddress;
        context.SupportedMessageTypes = _messageTypes.Split(';');
        if (Envelope.ExpiresAt is { } expires)
            context.TimeToLive = expires - DateTimeOffset.UtcNow;
        foreach (var (key, value) in Envelope.Headers ?? [])
            context.Headers.Set(key, OutboxEnvelope.FromElement(value));
        if (Envelope.Properties is { } properties && context is TransportSendContext transport)
            transport.ReadPropertiesFrom(properties.ToDictionary(p => p.Key, p => OutboxEnvelope.FromElement(p.Value)!, StringComparer.OrdinalIgnoreCase));
        context.Serializer = this;
        return Task.CompletedTask;
    }

    public void Probe(ProbeContext context) => context.CreateScope("outboxRow");
}
