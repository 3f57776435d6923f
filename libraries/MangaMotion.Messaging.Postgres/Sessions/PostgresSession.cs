using System.Data;
using MangaMotion.Messaging.Postgres.Outbox;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Sessions;

/// <summary>Implements the session of one scope.</summary>
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
        if (!await StoreMessagesAsync(commit: Transaction is not null, cancellationToken) && Transaction is not null)
            await CommitWithoutMessagesAsync(cancellationToken);
        await CompleteCommitAsync();
    }

    /// <summary>Stores the collected messages in the open transaction, which its owner commits.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => StoreMessagesAsync(commit: false, cancellationToken);

    /// <summary>Joins a transaction that Entity Framework started on the connection.</summary>
    public void JoinTransaction(NpgsqlTransaction transaction) => Transaction = transaction;

    /// <summary>Ends a committed transaction and notifies the delivery service of its messages.</summary>
    public async Task CompleteCommitAsync()
    {
        var stored = _stored;
        _stored = [];
        await DisposeTransactionAsync();
        outbox.Committed(stored);
    }

    /// <summary>Rolls back. Messages that are not stored yet stay for the next attempt, like unsaved entities.</summary>
    public async Task RollbackAsync()
    {
        _stored = [];
        await DisposeTransactionAsync();
    }

    /// <summary>Removes the collected messages, because the next attempt publishes them again.</summary>
    public void ClearCollected()
    {
        lock (_lock)
            _collected.Clear();
    }

    /// <summary>Removes a collected message by its scheduling token.</summary>
    /// <returns>False if no collected message has the token.</returns>
    public bool RemoveCollected(Guid token)
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
    /// Commits without messages. After a swallowed error COMMIT silently rolls back; the extra SELECT fails instead and reports it.
    /// </summary>
    private async Task CommitWithoutMessagesAsync(CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(Connection) { BatchCommands = { new("select"), new("commit") } };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Stores the collected messages.</summary>
    /// <returns>False if there are none.</returns>
    private async Task<bool> StoreMessagesAsync(bool commit, CancellationToken cancellationToken)
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
            // COMMIT uses the same round trip. If the insert fails, the batch stops before it.
            if (commit)
                batch.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        lock (_lock)
            _collected.RemoveRange(0, messages.Length);
        _stored.AddRange(messages);
        return true;
    }
}
