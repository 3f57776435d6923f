using MassTransit;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>
/// Outbox for code that writes many rows in its own batch. Prepare the messages, append their insert to the batch that also changes the
/// business rows, commit, then call <see cref="Committed"/>.
/// </summary>
public interface IOutbox
{
    /// <summary>Serializes a command for one address (<c>exchange:NAME</c>) without storing it.</summary>
    Task<OutboxMessage> PrepareSendAsync<T>(T message, Uri destination, OutboxMessageOptions? options, CancellationToken cancellationToken)
        where T : class;

    /// <summary>Serializes an event for its subscribers without storing it.</summary>
    Task<OutboxMessage> PreparePublishAsync<T>(T message, OutboxMessageOptions? options, CancellationToken cancellationToken)
        where T : class;

    /// <summary>
    /// Copies the consumed message with its body, id and headers for another address: an <c>_error</c> exchange, or its own queue at a
    /// later time.
    /// </summary>
    /// <remarks>
    /// Options can add transport headers. <see cref="MessageHeaders.RedeliveryCount"/> is also set in MassTransit's JSON envelope, where
    /// <c>GetRedeliveryCount()</c> reads it. An endpoint behind the inbox treats a message with the same id as a duplicate. Give such a
    /// copy a new id, or use MassTransit's scheduled redelivery there.
    /// </remarks>
    OutboxMessage PrepareForward(ConsumeContext context, Uri destination, OutboxMessageOptions? options);

    /// <summary>
    /// Appends one insert of the messages to the batch. They are delivered in their order. An empty list appends nothing.
    /// </summary>
    void AppendInsert(NpgsqlBatch batch, IReadOnlyList<OutboxMessage> messages);

    /// <summary>Notifies the delivery service of this process of committed messages, so that it sends them immediately.</summary>
    void Committed(IReadOnlyList<OutboxMessage> messages);
}

/// <summary>Options of one outbox message.</summary>
public sealed record OutboxMessageOptions
{
    /// <summary>Earliest delivery by the database's clock; null for immediate delivery.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>
    /// Time between the insert and the delivery, by the database's clock. Cannot be combined with <see cref="NotBefore"/>.
    /// </summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Message id; null for a new one, or the original one of a forwarded message.</summary>
    public Guid? MessageId { get; init; }

    /// <summary>Correlation id; null for the message's own.</summary>
    public Guid? CorrelationId { get; init; }

    /// <summary>Transport headers to add, with strings or numbers as values.</summary>
    public IReadOnlyDictionary<string, object>? Headers { get; init; }
}
