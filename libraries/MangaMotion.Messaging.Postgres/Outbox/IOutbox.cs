using MassTransit;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>
/// The outbox below MassTransit's publish endpoints, for code that writes many rows in a batch of its own: prepare the
/// messages, append their insert to the batch that also changes the business rows, commit, then say so.
/// </summary>
public interface IOutbox
{
    /// <summary>Serializes a command for one address (<c>exchange:NAME</c>). Nothing is stored yet.</summary>
    Task<OutboxMessage> PrepareSendAsync<T>(T message, Uri destination, OutboxMessageOptions? options, CancellationToken cancellationToken)
        where T : class;

    /// <summary>Serializes an event for whoever subscribes to it. Nothing is stored yet.</summary>
    Task<OutboxMessage> PreparePublishAsync<T>(T message, OutboxMessageOptions? options, CancellationToken cancellationToken)
        where T : class;

    /// <summary>
    /// Takes the message being consumed as it came, body, id and headers, for another address: an <c>_error</c> exchange, or its
    /// own queue again at a later time. Options may add transport headers; <see cref="MessageHeaders.RedeliveryCount"/> is set
    /// in MassTransit's JSON envelope too, where <c>GetRedeliveryCount()</c> reads it. An endpoint behind the inbox takes a
    /// message with the same id for a duplicate: give such a copy a new id, or use MassTransit's scheduled redelivery there.
    /// </summary>
    OutboxMessage PrepareForward(ConsumeContext context, Uri destination, OutboxMessageOptions? options);

    /// <summary>
    /// Appends one insert of all the messages to the batch: their order is the order of delivery. No messages append nothing.
    /// </summary>
    void AppendInsert(NpgsqlBatch batch, IReadOnlyList<OutboxMessage> messages);

    /// <summary>Tells the deliverer of this process that messages were committed, so that they leave at once.</summary>
    void Committed(IReadOnlyList<OutboxMessage> messages);
}

/// <summary>What may be said about one outbox message.</summary>
public sealed record OutboxMessageOptions
{
    /// <summary>Not delivered before this time, by the database's clock; null is at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Not delivered before this much time has passed since the insert, by the database's clock. Not together with <see cref="NotBefore"/>.</summary>
    public TimeSpan? Delay { get; init; }

    public Guid? MessageId { get; init; }

    public Guid? CorrelationId { get; init; }

    /// <summary>Transport headers to add; values are strings or numbers.</summary>
    public IReadOnlyDictionary<string, object>? Headers { get; init; }
}
