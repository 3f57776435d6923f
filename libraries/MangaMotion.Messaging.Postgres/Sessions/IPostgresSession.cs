using MangaMotion.Messaging.Postgres.Outbox;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Sessions;

/// <summary>
/// The unit of work of one scope: one connection, one transaction, and the messages that leave when it commits. In a consumer
/// behind the outbox the transaction is begun and committed for you. A scope that ends without a commit rolls back and sends nothing.
/// </summary>
public interface IPostgresSession
{
    /// <summary>The scope's connection; closed until something opens it. A DbContext of the scope uses it too.</summary>
    NpgsqlConnection Connection { get; }

    /// <summary>The open transaction, or null.</summary>
    NpgsqlTransaction? Transaction { get; }

    /// <summary>Opens the connection and begins a read-committed transaction, unless that was done before.</summary>
    ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Collects a message for the next commit. May be called from several threads.</summary>
    void Add(OutboxMessage message);

    /// <summary>
    /// Stores the collected messages, commits and has them delivered. Without a transaction only the messages are stored.
    /// Do not call it in a consumer behind the outbox, which commits once the consumer is done.
    /// </summary>
    Task CommitAsync(CancellationToken cancellationToken);
}
