using System.Data;
using MangaMotion.Messaging.Postgres.Outbox;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Sessions;

internal sealed class PostgresSession(NpgsqlDataSource dataSource, IOutbox outbox) : IPostgresSession, IAsyncDisposable, IDisposable
{
    private readonly Lock _lock = new();
    private List<OutboxMessage> _collected = [];
    private List<OutboxMessage> _stored = [];

    public NpgsqlConnection Connection { get => field ??= dataSource.CreateConnection(); private set; }

    public NpgsqlTransaction? Transaction { get; private set; }

    public async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (Connection.State != ConnectionState.Open)
            await Connection.OpenAsync(cancellationToken);
        Transaction ??= await Connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        return Connection;
    }

    public void Add(OutboxMessage message)
    {
        lock (_lock)
            _collected.Add(message);
    }

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        var messages = Take();
        if (messages.Count == 0 && Transaction is not null)
        {
            await Transaction.CommitAsync(cancellationToken);
        }
        else if (messages.Count > 0)
        {
            await InsertAsync(messages, commit: Transaction is not null, cancellationToken);
        }

        await EndAsync(committed: true);
    }

    /// <summary>Stores the collected messages in the open transaction, which somebody else commits.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var messages = Take();
        if (messages.Count > 0)
            await InsertAsync(messages, commit: false, cancellationToken);
    }

    /// <summary>Makes a transaction that was begun on the connection by others (EF) the session's own.</summary>
    public void Join(NpgsqlTransaction transaction) => Transaction = transaction;

    /// <summary>The transaction is over: announces what it stored, or forgets it.</summary>
    public async Task EndAsync(bool committed)
    {
        var transaction = Transaction;
        Transaction = null;
        var stored = _stored;
        _stored = [];
        if (committed)
            outbox.Committed(stored);
        else
            Take();
        if (transaction is not null)
            await transaction.DisposeAsync();
    }

    /// <summary>Drops a collected message by its scheduling token; false where it is not there (any more).</summary>
    public bool Remove(Guid token)
    {
        lock (_lock)
            return _collected.RemoveAll(message => message.Token == token) > 0;
    }

    public async ValueTask DisposeAsync()
    {
        if (Transaction is not null)
            await EndAsync(committed: false);
        await Connection.DisposeAsync();
    }

    public void Dispose()
    {
        Transaction?.Dispose();
        Connection.Dispose();
    }

    private List<OutboxMessage> Take()
    {
        lock (_lock)
        {
            var taken = _collected;
            _collected = [];
            return taken;
        }
    }

    private async Task InsertAsync(List<OutboxMessage> messages, bool commit, CancellationToken cancellationToken)
    {
        var opened = Connection.State != ConnectionState.Open;
        if (opened)
            await Connection.OpenAsync(cancellationToken);
        try
        {
            await using var batch = new NpgsqlBatch(Connection);
            outbox.AppendInsert(batch, messages);
            // In the same round trip; the batch stops before it if the insert fails.
            if (commit)
                batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
            await batch.ExecuteNonQueryAsync(cancellationToken);
            _stored.AddRange(messages);
        }
        finally
        {
            if (opened)
                await Connection.CloseAsync();
        }
    }
}
