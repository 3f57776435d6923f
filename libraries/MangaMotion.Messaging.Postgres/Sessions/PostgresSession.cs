using System.Data;
using MangaMotion.Messaging.Postgres.Outbox;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Sessions;

internal sealed class PostgresSession(NpgsqlDataSource dataSource, IOutbox outbox) : IPostgresSession, IAsyncDisposable, IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<OutboxMessage> _collected = [];
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
        if (!await StoreAsync(commit: Transaction is not null, cancellationToken) && Transaction is not null)
            await CommitNothingStoredAsync(cancellationToken);
        await EndAsync();
    }

    /// <summary>Stores the collected messages in the open transaction, which somebody else commits.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => StoreAsync(commit: false, cancellationToken);

    /// <summary>Makes a transaction that was begun on the connection by others (EF) the session's own.</summary>
    public void Join(NpgsqlTransaction transaction) => Transaction = transaction;

    /// <summary>The transaction is committed: has what it stored delivered.</summary>
    public async Task EndAsync()
    {
        var stored = _stored;
        _stored = [];
        await DisposeTransactionAsync();
        outbox.Committed(stored);
    }

    /// <summary>Rolls back. Messages that were collected and not stored yet stay for another try, as unsaved entities do.</summary>
    public async Task RollbackAsync()
    {
        _stored = [];
        await DisposeTransactionAsync();
    }

    /// <summary>Forgets the collected messages: the next try will publish them again.</summary>
    public void Clear()
    {
        lock (_lock)
            _collected.Clear();
    }

    /// <summary>Drops a collected message by its scheduling token; false where it is not there (any more).</summary>
    public bool Remove(Guid token)
    {
        lock (_lock)
            return _collected.RemoveAll(message => message.Token == token) > 0;
    }

    public async ValueTask DisposeAsync()
    {
        await RollbackAsync();
        await Connection.DisposeAsync();
    }

    public void Dispose()
    {
        Transaction?.Dispose();
        Connection.Dispose();
    }

    private async ValueTask DisposeTransactionAsync()
    {
        var transaction = Transaction;
        Transaction = null;
        if (transaction is not null)
            await transaction.DisposeAsync();
    }

    /// <summary>
    /// Where a statement has failed and nobody heard of it, COMMIT rolls back and says nothing: the statement before it says so.
    /// </summary>
    private async Task CommitNothingStoredAsync(CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(Connection) { BatchCommands = { new("SELECT"), new("COMMIT") } };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Stores what was collected; false if there was nothing.</summary>
    private async Task<bool> StoreAsync(bool commit, CancellationToken cancellationToken)
    {
        OutboxMessage[] messages;
        lock (_lock)
            messages = [.. _collected];
        if (messages.Length == 0)
            return false;

        if (Connection.State != ConnectionState.Open)
            await Connection.OpenAsync(cancellationToken);
        await using (var batch = new NpgsqlBatch(Connection))
        {
            outbox.AppendInsert(batch, messages);
            // In the same round trip; the batch stops before it if the insert fails.
            if (commit)
                batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        lock (_lock)
            _collected.RemoveRange(0, messages.Length);
        _stored.AddRange(messages);
        return true;
    }
}
