using MangaMotion.Messaging.Postgres.Inbox;
using MangaMotion.Messaging.Postgres.Sessions;
using MassTransit;
using MassTransit.Middleware;
using Microsoft.EntityFrameworkCore;

namespace MangaMotion.Messaging.Postgres.EntityFramework;

/// <summary>Runs a consumer in the outbox's transaction and saves its DbContext before the commit.</summary>
internal sealed class EntityFrameworkOutboxContextFactory<TDbContext>(
    TDbContext context, PostgresSession session, PostgresOutboxContextFactory outbox)
    : IOutboxContextFactory<TDbContext>
    where TDbContext : DbContext
{
    public Task Send<T>(ConsumeContext<T> consume, OutboxConsumeOptions options, IPipe<OutboxConsumeContext<T>> next)
        where T : class
    {
        SessionDbContext.RequireSharedConnection(context, session);
        return outbox.SendAsync(consume, options, next, SaveAsync);
    }

    public void Probe(ProbeContext probe) => outbox.Probe(probe);

    private Task SaveAsync(CancellationToken cancellationToken) =>
        context.ChangeTracker.HasChanges() ? context.SaveChangesAsync(cancellationToken) : Task.CompletedTask;
}
