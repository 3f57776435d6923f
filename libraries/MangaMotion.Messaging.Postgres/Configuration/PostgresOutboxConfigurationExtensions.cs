using MangaMotion.Messaging.Postgres.Configuration;
using MangaMotion.Messaging.Postgres.EntityFramework;
using MangaMotion.Messaging.Postgres.Scheduling;
using MangaMotion.Messaging.Postgres.Sessions;
using MassTransit.Configuration;
using MassTransit.Middleware;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MassTransit;

/// <summary>
/// Registers the Postgres outbox with the same methods as MassTransit's Entity Framework package, so that they are interchangeable. The
/// service must register an <c>NpgsqlDataSource</c>.
/// </summary>
public static class PostgresOutboxConfigurationExtensions
{
    /// <summary>Adds the outbox, the inbox, the scheduler and their schema, with Npgsql only.</summary>
    public static void AddPostgresOutbox(
        this IBusRegistrationConfigurator configurator, Action<IPostgresOutboxConfigurator>? configure = null)
    {
        var outbox = new PostgresOutboxConfigurator(configurator);
        configure?.Invoke(outbox);
        outbox.Register();
    }

    /// <summary>
    /// Adds the outbox for consumers that change entities. The DbContext, registered with <c>AddPostgresDbContext</c>, is saved and
    /// committed together with the messages.
    /// </summary>
    public static void AddPostgresOutbox<TDbContext>(
        this IBusRegistrationConfigurator configurator, Action<IPostgresOutboxConfigurator>? configure = null)
        where TDbContext : DbContext
    {
        configurator.AddPostgresOutbox(configure);
        configurator.TryAddScoped<IOutboxContextFactory<TDbContext>, EntityFrameworkOutboxContextFactory<TDbContext>>();
    }

    /// <summary>
    /// Puts the endpoint's consumers and sagas behind the inbox and the outbox. Configure retry and redelivery before it.
    /// </summary>
    public static void UsePostgresOutbox(
        this IReceiveEndpointConfigurator configurator, IRegistrationContext context,
            Action<IOutboxOptionsConfigurator>? configure = null) =>
        UseOutbox<PostgresSession>(configurator, context, configure);

    /// <summary>Puts the endpoint behind the inbox and the outbox and saves the scope's DbContext before the commit.</summary>
    public static void UsePostgresOutbox<TDbContext>(
        this IReceiveEndpointConfigurator configurator, IRegistrationContext context, Action<IOutboxOptionsConfigurator>? configure = null)
        where TDbContext : DbContext =>
        UseOutbox<TDbContext>(configurator, context, configure);

    /// <summary>Stores scheduled messages, scheduled redeliveries and saga schedules in the outbox table.</summary>
    public static void UsePostgresMessageScheduler(this IBusFactoryConfigurator configurator, IRegistrationContext context) =>
        configurator.AddPrePipeSpecification(new PostgresSchedulerSpecification(context));

    private static void UseOutbox<TContext>(
        IReceiveEndpointConfigurator configurator, IRegistrationContext context, Action<IOutboxOptionsConfigurator>? configure)
        where TContext : class
    {
        var observer = new OutboxConsumePipeSpecificationObserver<TContext>(configurator, context);
        configure?.Invoke(observer);
        configurator.ConnectConsumerConfigurationObserver(observer);
        configurator.ConnectSagaConfigurationObserver(observer);
    }
}
