using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.Messaging.Postgres.Sessions;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Context;
using MassTransit.Middleware.Outbox;
using MassTransit.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Scheduling;

/// <summary>
/// Adds a scheduler to every consume context. Inside the consumer outbox it joins the transaction; elsewhere it stores immediately.
/// </summary>
internal sealed class PostgresSchedulerFilter(IServiceProvider services) : IFilter<ConsumeContext>
{
    public Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        context.GetOrAddPayload<MessageSchedulerContext>(() =>
            new ConsumeMessageSchedulerContext(context, inner => CreateScheduler(services, GetSessionFactory(inner))));
        return next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("postgresScheduler");

    internal static MessageScheduler CreateScheduler(IServiceProvider services, Func<PostgresSession?> session)
    {
        var dataSource = services.GetRequiredService<NpgsqlDataSource>();
        var bus = services.GetRequiredService<IBus>();
        var outbox = new DirectOutboxContext(dataSource, services.GetRequiredService<IOutbox>(), services, session);
        return new MessageScheduler(
            new PostgresScheduleMessageProvider(new OutboxSendEndpointProvider(outbox, bus), dataSource, session), bus.Topology);
    }

    /// <summary>Gets a function that returns the context's open session, or null outside the consumer outbox.</summary>
    internal static Func<PostgresSession?> GetSessionFactory(ConsumeContext context) =>
        context.TryGetPayload(out IOutboxTransaction? transaction) ? () => transaction.Session : () => null;
}

/// <summary>Adds the scheduler filter to the bus.</summary>
internal sealed class PostgresSchedulerSpecification(IServiceProvider services) : IPipeSpecification<ConsumeContext>
{
    public void Apply(IPipeBuilder<ConsumeContext> builder) => builder.AddFilter(new PostgresSchedulerFilter(services));

    public IEnumerable<ValidationResult> Validate() => [];
}
