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

    /// <summary>Appends one insert of all the messages to the batch: their order is the order of delivery.</summary>
    void AppendInsert(NpgsqlBatch batch, IReadOnlyList<OutboxMessage> messages);

    /// <summary>Tells the deliverer of this process that messages were committed, so that they leave at once.</summary>
    void Committed(IReadOnlyList<OutboxMessage> messages);
}

/// <summary>What may be said about one outbox message.</summary>
public sealed record OutboxMessageOptions
{
    /// <summary>Not delivered before this time; null is at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    public Guid? MessageId { get; init; }

    public Guid? CorrelationId { get; init; }

    /// <summary>Transport headers to add; values are strings or numbers.</summary>
    public IReadOnlyDictionary<string, object>? Headers { get; init; }
}
