using MangaMotion.Messaging.Postgres.Sessions;

namespace MangaMotion.Messaging.Postgres.Scheduling;

/// <summary>Payload of a consume context inside the consumer outbox.</summary>
internal interface IOutboxTransaction
{
    /// <summary>Open session; null after the consumer has ended.</summary>
    PostgresSession? Session { get; }
}
