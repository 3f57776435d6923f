using MangaMotion.Messaging.Postgres.Outbox;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Sessions;

/// <summary>
/// Unit of work of one scope: one connection, one transaction, and the messages that are sent after its commit. In a consumer behind the
/// outbox, the outbox starts and commits the transaction. A scope that ends without a commit rolls back and sends no messages.
/// </summary>
public interface IPostgresSession
{
    /// <summary>Connection of the scope, also used by its DbContext. It is closed until it is needed.</summary>
    NpgsqlConnection Connection { get; }

    /// <summary>Open transaction, or null.</summary>
    NpgsqlTransaction? Transaction { get; }

    /// <summary>Opens the connection and starts a read-committed transaction, unless they are open.</summary>
    ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Collects a message for the next commit. Thread-safe.</summary>
    void Add(OutboxMessage message);

    /// <summary>
    /// Stores the collected messages, commits, and notifies the delivery service. Without a transaction only the messages are stored. Must
    /// not be called in a consumer behind the outbox, which commits after the consumer.
    /// </summary>
    Task CommitAsync(CancellationToken cancellationToken);
}
