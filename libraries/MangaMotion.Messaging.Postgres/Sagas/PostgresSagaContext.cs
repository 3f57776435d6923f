using MassTransit;
using MassTransit.Context;
using MassTransit.Middleware;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;

namespace MangaMotion.Messaging.Postgres.Sagas;

/// <summary>Saga repository of one event, inside its transaction.</summary>
internal sealed class PostgresSagaContext<TSaga, TMessage>(
    DbContext context, ConsumeContext<TMessage> consume, ISagaConsumeContextFactory<DbContext, TSaga> factory)
    : ConsumeContextScope<TMessage>(consume, context), SagaRepositoryContext<TSaga, TMessage>
    where TSaga : class, ISaga
    where TMessage : class
{
    private readonly ConsumeContext<TMessage> _consume = consume;

    public Task<SagaConsumeContext<TSaga, TMessage>> Add(TSaga instance) =>
        factory.CreateSagaConsumeContext(context, _consume, instance, SagaConsumeContextMode.Add);

    public async Task<SagaConsumeContext<TSaga, TMessage>> Insert(TSaga instance)
    {
        if (await SagaLock.LoadAsync<TSaga>(context, instance.CorrelationId, CancellationToken) is not null)
            return null!; // For MassTransit null means that the instance exists and must be loaded.
        context.Add(instance);
        await context.SaveChangesAsync(CancellationToken);
        return await factory.CreateSagaConsumeContext(context, _consume, instance, SagaConsumeContextMode.Insert);
    }

    public async Task<SagaConsumeContext<TSaga, TMessage>> Load(Guid correlationId) =>
        await SagaLock.LoadAsync<TSaga>(context, correlationId, CancellationToken) is { } instance
            ? await factory.CreateSagaConsumeContext(context, _consume, instance, SagaConsumeContextMode.Load)
            : null!;

    public Task Save(SagaConsumeContext<TSaga> saga)
    {
        context.Add(saga.Saga);
        return context.SaveChangesAsync(CancellationToken);
    }

    public Task Update(SagaConsumeContext<TSaga> saga) => context.SaveChangesAsync(CancellationToken);

    public Task Delete(SagaConsumeContext<TSaga> saga)
    {
        context.Remove(saga.Saga);
        return context.SaveChangesAsync(CancellationToken);
    }

    public Task Discard(SagaConsumeContext<TSaga> saga) => Task.CompletedTask;

    public Task Undo(SagaConsumeContext<TSaga> saga)
    {
        context.Entry(saga.Saga).State = EntityState.Detached;
        return Task.CompletedTask;
    }

    public Task<SagaConsumeContext<TSaga, T>> CreateSagaConsumeContext<T>(
        ConsumeContext<T> consumeContext, TSaga instance, SagaConsumeContextMode mode)
        where T : class => factory.CreateSagaConsumeContext(context, consumeContext, instance, mode);
}

/// <summary>Reads sagas without locks, for queries outside a consumer.</summary>
internal sealed class SagaReadContext<TSaga>(DbContext context, CancellationToken cancellationToken)
    : BasePipeContext(cancellationToken), QuerySagaRepositoryContext<TSaga>, LoadSagaRepositoryContext<TSaga>
    where TSaga : class, ISaga
{
    public Task<TSaga> Load(Guid correlationId) =>
        context.Set<TSaga>().AsNoTracking().SingleOrDefaultAsync(saga => saga.CorrelationId == correlationId, CancellationToken)!;

    public async Task<SagaRepositoryQueryContext<TSaga>> Query(ISagaQuery<TSaga> query, CancellationToken cancellationToken = default) =>
        new DefaultSagaRepositoryQueryContext<TSaga>(this, await context.Set<TSaga>().AsNoTracking()
            .Where(query.FilterExpression).Select(saga => saga.CorrelationId).ToListAsync(cancellationToken));
}
