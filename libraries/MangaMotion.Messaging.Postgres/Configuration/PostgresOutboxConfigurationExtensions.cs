using MangaMotion.Messaging.Postgres.Configuration;
using MangaMotion.Messaging.Postgres.Scheduling;
using MangaMotion.Messaging.Postgres.Sessions;
using MassTransit.Configuration;

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

    /// <summary>Puts the endpoint's consumers and sagas behind the inbox and the outbox. Retry and redelivery go before it.</summary>
    public static void UsePostgresOutbox(
        this IReceiveEndpointConfigurator configurator, IRegistrationContext context, Action<IOutboxOptionsConfigurator>? configure = null)
    {
        var observer = new OutboxConsumePipeSpecificationObserver<PostgresSession>(configurator, context);
        configure?.Invoke(observer);
        configurator.ConnectConsumerConfigurationObserver(observer);
        configurator.ConnectSagaConfigurationObserver(observer);
    }

    /// <summary>Schedules messages, scheduled redeliveries and saga schedules in the outbox table.</summary>
    public static void UsePostgresMessageScheduler(this IBusFactoryConfigurator configurator, IRegistrationContext context) =>
        configurator.AddPrePipeSpecification(new PostgresSchedulerSpecification(context));
}
