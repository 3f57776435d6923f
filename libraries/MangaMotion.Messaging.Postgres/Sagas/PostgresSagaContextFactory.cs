using MangaMotion.Messaging.Postgres.EntityFramework;
using MangaMotion.Messaging.Postgres.Sessions;
using MassTransit;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;

namespace MangaMotion.Messaging.Postgres.Sagas;

/// <summary>Runs each event in the consumer outbox's transaction, or in a separate one without an outbox.</summary>
internal sealed class PostgresSagaContextFactory<TSaga, TDbContext>(
    TDbContext context, PostgresSession session, ISagaConsumeContextFactory<DbContext, TSaga> factory)
    : ISagaRepositoryContextFactory<TSaga>, IQuerySagaRepositoryContextFactory<TSaga>, ILoadSagaRepositoryContextFactory<TSaga>
    where TSaga : class, ISaga
    where TDbContext : DbContext
{
    public Task Send<T>(ConsumeContext<T> consume, IPipe<SagaRepositoryContext<TSaga, T>> next)
        where T : class =>
        RunInTransactionAsync(() => next.Send(new PostgresSagaContext<TSaga, T>(context, consume, factory)), consume.CancellationToken);

    public Task SendQuery<T>(ConsumeContext<T> consume, ISagaQuery<TSaga> query, IPipe<SagaRepositoryQueryContext<TSaga, T>> next)
        where T : class => RunInTransactionAsync(
        async () =>
        {
            var repository = new PostgresSagaContext<TSaga, T>(context, consume, factory);
            var found = await SagaLock.LoadMatchesAsync(context, query, consume.CancellationToken);
            await next.Send(new LoadedSagaRepositoryQueryContext<TSaga, T>(repository, found));
        },
        consume.CancellationToken);

    public Task<T> Execute<T>(Func<QuerySagaRepositoryContext<TSaga>, Task<T>> asyncMethod, CancellationToken cancellationToken = default)
        where T : class => asyncMethod(new SagaReadContext<TSaga>(context, cancellationToken));

    public Task<T> Execute<T>(Func<LoadSagaRepositoryContext<TSaga>, Task<T>> asyncMethod, CancellationToken cancellationToken = default)
        where T : class => asyncMethod(new SagaReadContext<TSaga>(context, cancellationToken));

    public void Probe(ProbeContext probe) => probe.Add("persistence", "postgres");

    private async Task RunInTransactionAsync(Func<Task> action, CancellationToken cancellationToken)
    {
        SessionDbContext.RequireSharedConnection(context, session);
        if (session.Transaction is not null)
        {
            await action();
            return;
        }

        await session.OpenAsync(cancellationToken);
        try
        {
            await action();
            await session.CommitAsync(cancellationToken);
        }
        catch
        {
            session.ClearCollected();
            await session.RollbackAsync();
            throw;
        }
    }
}
