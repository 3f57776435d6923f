using System.Net.Mime;
using MassTransit;
using MassTransit.Context;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>Stored message that is being sent. As a pipe it fills the transport's send context; the body is sent unchanged.</summary>
/// <param name="GroupId">Group of messages that are sent in order; null for a message without a group.</param>
/// <param name="Attempts">Number of failed attempts.</param>
internal sealed record OutboxRow(OutboxMessage Message, Guid? GroupId, int Attempts) : IPipe<SendContext>, IMessageSerializer
{
    public Guid Id => Message.Id;

    public ContentType ContentType { get; } = new(Message.ContentType);

    /// <summary>
    /// Reads a row of <see cref="OutboxSql.SelectText"/>. Columns are read by position because this runs for every message.
    /// </summary>
    public static OutboxRow ReadRow(NpgsqlDataReader reader)
    {
        var message = new OutboxMessage(
            reader.GetGuid(3), new Uri(reader.GetString(4)), reader.GetString(5), reader.GetString(6), reader.GetFieldValue<byte[]>(7),
            OutboxEnvelope.Parse(reader.GetString(8)))
        {
            Id = reader.GetGuid(0),
        };
        return new OutboxRow(message, reader.IsDBNull(1) ? null : reader.GetGuid(1), reader.GetInt32(2));
    }

    public MessageBody GetMessageBody<T>(SendContext<T> context)
        where T : class => new BytesMessageBody(Message.Body);

    public Task Send(SendContext context)
    {
        var envelope = Message.Envelope;
        context.MessageId = Message.MessageId;
        context.CorrelationId = envelope.CorrelationId;
        context.ConversationId = envelope.ConversationId;
        context.InitiatorId = envelope.InitiatorId;
        context.RequestId = envelope.RequestId;
        context.SourceAddress = envelope.SourceAddress;
        context.ResponseAddress = envelope.ResponseAddress;
        context.FaultAddress = envelope.FaultAddress;
        context.SupportedMessageTypes = Message.MessageTypes.Split(';');
        if (envelope.ExpiresAt is { } expires)
            context.TimeToLive = expires - DateTimeOffset.UtcNow;
        foreach (var (key, value) in envelope.Headers ?? [])
            context.Headers.Set(key, OutboxEnvelope.FromElement(value));
        if (envelope.Properties is { } properties && context is TransportSendContext transport)
        {
            transport.ReadPropertiesFrom(
                properties.ToDictionary(p => p.Key, p => OutboxEnvelope.FromElement(p.Value)!, StringComparer.OrdinalIgnoreCase));
        }

        context.Serializer = this;
        return Task.CompletedTask;
    }

    public void Probe(ProbeContext context) => context.CreateScope("outboxRow");
}
