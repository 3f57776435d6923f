using System.Globalization;
using MangaMotion.Jobs.Failures;
using MangaMotion.Jobs.Reconciling;
using MangaMotion.ServiceDefaults.Configuration;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>The bus as every service has it.</summary>
public static class BusRegistration
{
    /// <summary>Time that canceled consumers have to end before the bus stops without them.</summary>
    private static readonly TimeSpan ConsumerEndTime = TimeSpan.FromSeconds(5);

    /// <summary>
    /// MassTransit over RabbitMQ with the conventions of this house: quorum queues, kebab-case names, publisher confirms,
    /// <c>_error</c> queues that exist from the start, outbox, inbox and scheduler on Postgres, scheduled redelivery. Consumers
    /// and sagas run inside the consumer outbox: a transaction is open meanwhile, so long work belongs into a job. Starting
    /// does not wait for the broker: the service is live at once and ready when the broker is there. May be called several times.
    /// </summary>
    /// <param name="configure">Adds consumers and sagas with their definitions.</param>
    public static IHostApplicationBuilder AddBus(this IHostApplicationBuilder builder, Action<IBusRegistrationConfigurator> configure)
    {
        var services = builder.Services;
        if (services.Select(service => service.ImplementationInstance).OfType<BusInMaking>().FirstOrDefault() is { } bus)
        {
            configure(bus.Configurator);
            return builder;
        }

        builder.AddPostgres();
        services.AddValidatedOptions<BusOptions>(BusOptions.Section);
        services.AddValidatedOptions<RetryOptions>(RetryOptions.Section);
        services.AddValidatedOptions<BrokerConnectionString>("ConnectionStrings");
        services.AddSingleton(ParseAddress);
        services.AddSingleton<BusQueues>();
        services.AddSingleton<BrokerConnection>();
        services.AddSingleton<IQueueDepths, QueueDepths>();
        services.AddHostedService<QueueGauge>();
        services.AddSingleton<EndpointGuard>();
        services.AddHostedService(provider => provider.GetRequiredService<EndpointGuard>());
        services.AddReceiveEndpointObserver<BrokerWatch>();
        services.ConfigureStopping();
        services.AddMassTransit(mass =>
        {
            services.AddSingleton(new BusInMaking(mass));
            // It would report the names of endpoints and hosts to its maker.
            mass.DisableUsageTelemetry();
            mass.SetKebabCaseEndpointNameFormatter();
            mass.AddPostgresOutbox(outbox => outbox.UseBusOutbox());
            mass.AddConfigureEndpointsCallback((context, _, endpoint) => EndpointConventions.ApplyWithConsumer(context, endpoint));
            configure(mass);
            mass.UsingRabbitMq(Configure);
        });
        return builder;
    }

    private static void ConfigureStopping(this IServiceCollection services)
    {
        services.AddOptions<MassTransitHostOptions>().Configure<IOptions<BusOptions>>((host, bus) =>
        {
            // No start timeout: when it passed, MassTransit would give the bus up for good.
            host.WaitUntilStarted = false;
            // Consumers are canceled first and have time to end. A consumer that outlives the bus keeps its connection and its message.
            host.ConsumerStopTimeout = bus.Value.StopTimeout;
            host.StopTimeout = bus.Value.StopTimeout + ConsumerEndTime;
        });
        services.AddOptions<HostOptions>().Configure<IConfiguration>((host, configuration) =>
        {
            // The host reads these while it is built, before a wrong setting can be reported: text that is no time is left to the check.
            var given = configuration[ConfigurationPath.Combine(BusOptions.Section, nameof(BusOptions.StopTimeout))];
            var stop = TimeSpan.TryParse(given, CultureInfo.InvariantCulture, out var parsed) ? parsed : new BusOptions().StopTimeout;
            host.ShutdownTimeout = stop + TimeSpan.FromSeconds(15);
        });
    }

    private static void Configure(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator bus)
    {
        var broker = context.GetRequiredService<BrokerAddress>();
        bus.Host(broker.Host, (ushort)broker.Port, broker.VirtualHost, context.GetRequiredService<ServiceIdentity>().WorkerId, host =>
        {
            host.Username(broker.UserName);
            host.Password(broker.Password);
            host.Heartbeat(TimeSpan.FromSeconds(10));
            host.RequestedConnectionTimeout(TimeSpan.FromSeconds(5));
            host.PublisherConfirmation = true;
            if (broker.Tls)
                host.UseSsl(tls => tls.ServerName = broker.Host);
        });
        bus.SkipToErrorQueue();
        bus.ConfigureSend(send => send.UseSendExecute(ReturnUnroutableCommand));
        bus.UsePostgresMessageScheduler(context);
        bus.ConfigureEndpoints(context);
        foreach (var map in context.GetServices<IEndpointMap>())
            map.Map(context, bus);
    }

    /// <summary>
    /// Has the broker return a command whose queue is not there (yet) instead of dropping it, so that it waits in the outbox.
    /// An event that nobody subscribes to is rightly dropped: its exchange is named like its type, with a colon.
    /// </summary>
    private static void ReturnUnroutableCommand(SendContext context)
    {
        if (context is RabbitMqSendContext rabbit && context.RequestId is null && !rabbit.Exchange.Contains(':', StringComparison.Ordinal))
            rabbit.Mandatory = true;
    }

    /// <summary>What a second <see cref="AddBus"/> adds to.</summary>
    private sealed record BusInMaking(IBusRegistrationConfigurator Configurator);

    private static BrokerAddress ParseAddress(IServiceProvider services)
    {
        var uri = services.GetRequiredService<IOptions<BrokerConnectionString>>().Value.RabbitMq;
        return BrokerAddress.TryParse(uri, out var address, out var problem)
            ? address
            : throw new InvalidOperationException($"{Setting.NameOf(ConfigurationPath.Combine("ConnectionStrings", "RabbitMq"))} {problem}");
    }
}
