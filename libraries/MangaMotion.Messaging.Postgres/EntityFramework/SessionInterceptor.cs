using System.Data.Common;
using MangaMotion.Messaging.Postgres.Sessions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.EntityFramework;

/// <summary>
/// Keeps a DbContext and its scope's session in one transaction. <c>SaveChangesAsync</c> outside a transaction commits the entities with
/// the scope's messages. Inside a transaction its owner commits.
/// </summary>
internal sealed class SessionInterceptor(PostgresSession session) : SaveChangesInterceptor, IDbTransactionInterceptor
{
    private bool _ownsTransaction;

    public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        _ownsTransaction = session.Transaction is null;
        await session.OpenAsync(cancellationToken);
        await UseTransactionAsync(eventData.Context!, session.Transaction, cancellationToken);
        return result;
    }

    public override async ValueTask<int> SavedChangesAsync(
        SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        if (_ownsTransaction)
        {
            await session.CommitAsync(cancellationToken);
            await UseTransactionAsync(eventData.Context!, null, cancellationToken);
        }

        return result;
    }

    public override async Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        if (!_ownsTransaction)
            return;
        await session.RollbackAsync();
        await UseTransactionAsync(eventData.Context!, null, cancellationToken);
    }

    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result) =>
        throw new NotSupportedException("A DbContext in a Postgres session also commits messages: call SaveChangesAsync.");

    public ValueTask<DbTransaction> TransactionStartedAsync(
        DbConnection connection, TransactionEndEventData eventData, DbTransaction result, CancellationToken cancellationToken = default)
    {
        session.JoinTransaction((NpgsqlTransaction)result);
        return ValueTask.FromResult(result);
    }

    public DbTransaction TransactionStarted(DbConnection connection, TransactionEndEventData eventData, DbTransaction result) =>
        throw new NotSupportedException("A DbContext in a Postgres session also commits messages: call BeginTransactionAsync.");

    public async ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        await session.FlushAsync(cancellationToken);
        return result;
    }

    public Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) =>
            session.CompleteCommitAsync();

    public Task TransactionRolledBackAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) =>
            session.RollbackAsync();

    private static async Task UseTransactionAsync(DbContext context, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        var current = context.Database.CurrentTransaction?.GetDbTransaction();
        if (ReferenceEquals(current, transaction))
            return;
        // A transaction that the session has ended must be removed first.
        if (current is not null)
            await context.Database.UseTransactionAsync(null, cancellationToken);
        if (transaction is not null)
            await context.Database.UseTransactionAsync(transaction, cancellationToken);
    }
}
