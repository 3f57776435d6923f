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
/// Registration in the shape of MassTransit's Entity Framework package, so that one can be exchanged for the other.
/// An <c>NpgsqlDataSource</c> must be registered.
/// </summary>
public static class PostgresOutboxConfigurationExtensions
{
    /// <summary>Adds the outbox, the inbox, the scheduler and their schema, over Npgsql alone.</summary>
    public static void AddPostgresOutbox(this IBusRegistrationConfigurator configurator, Action<IPostgresOutboxConfigurator>? configure = null)
    {
        var outbox = new PostgresOutboxConfigurator(configurator);
        configure?.Invoke(outbox);
        outbox.Register();
    }

    /// <summary>
    /// The same for consumers that change entities: the DbContext, registered with <c>AddPostgresDbContext</c>, is saved and
    /// committed with the messages.
    /// </summary>
    public static void AddPostgresOutbox<TDbContext>(
        this IBusRegistrationConfigurator configurator, Action<IPostgresOutboxConfigurator>? configure = null)
        where TDbContext : DbContext
    {
        configurator.AddPostgresOutbox(configure);
        configurator.TryAddScoped<IOutboxContextFactory<TDbContext>, EntityFrameworkOutboxContextFactory<TDbContext>>();
    }

    /// <summary>Puts the endpoint's consumers and sagas behind the inbox and the outbox. Retry and redelivery go before it.</summary>
    public static void UsePostgresOutbox(
        this IReceiveEndpointConfigurator configurator, IRegistrationContext context, Action<IOutboxOptionsConfigurator>? configure = null) =>
        Use<PostgresSession>(configurator, context, configure);

    /// <summary>The same, and saves the changes of the scope's DbContext before the commit.</summary>
    public static void UsePostgresOutbox<TDbContext>(
        this IReceiveEndpointConfigurator configurator, IRegistrationContext context, Action<IOutboxOptionsConfigurator>? configure = null)
        where TDbContext : DbContext =>
        Use<TDbContext>(configurator, context, configure);

    /// <summary>Schedules messages, scheduled redeliveries and saga schedules in the outbox table.</summary>
    public static void UsePostgresMessageScheduler(this IBusFactoryConfigurator configurator, IRegistrationContext context) =>
        configurator.AddPrePipeSpecification(new PostgresSchedulerSpecification(context));

    private static void Use<TContext>(
        IReceiveEndpointConfigurator configurator, IRegistrationContext context, Action<IOutboxOptionsConfigurator>? configure)
        where TContext : class
    {
        var observer = new OutboxConsumePipeSpecificationObserver<TContext>(configurator, context);
        configure?.Invoke(observer);
        configurator.ConnectConsumerConfigurationObserver(observer);
        configurator.ConnectSagaConfigurationObserver(observer);
    }
}
