using MangaMotion.Messaging.Postgres.Sessions;

namespace MangaMotion.Messaging.Postgres.Scheduling;

/// <summary>Found on a consume context inside the consumer outbox.</summary>
internal interface IOutboxTransaction
{
    /// <summary>The open session, or null once the consumer has ended.</summary>
    PostgresSession? Session { get; }
}
