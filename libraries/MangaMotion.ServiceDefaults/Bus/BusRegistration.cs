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

/// <summary>Registers the bus with the settings that all services share.</summary>
public static class BusRegistration
{
    /// <summary>Time that canceled consumers have to end before the bus stops without them.</summary>
    private static readonly TimeSpan ConsumerEndTime = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Adds MassTransit over RabbitMQ: quorum queues, kebab-case names, publisher confirms, <c>_error</c> queues that exist from the start,
    /// scheduled redelivery, and outbox, inbox and scheduler on Postgres. Consumers and sagas run in the consumer outbox, whose transaction
    /// is open meanwhile, so long work belongs in a job. The start does not wait for the broker: the service is live at once, and ready
    /// once the broker answers. It may be called several times.
    /// </summary>
    /// <param name="configure">Adds consumers and sagas with their definitions.</param>
    public static IHostApplicationBuilder AddBus(this IHostApplicationBuilder builder, Action<IBusRegistrationConfigurator> configure)
    {
        var services = builder.Services;
        if (services.Select(service => service.ImplementationInstance).OfType<AddedBus>().FirstOrDefault() is { } bus)
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
        services.AddSingleton<StoppedEndpoints>();
        services.AddSingleton<BrokerConnection>();
        services.AddSingleton<IQueueDepths, QueueDepths>();
        services.AddHostedService<QueueGauge>();
        services.AddSingleton<EndpointGuard>();
        services.AddHostedService(provider => provider.GetRequiredService<EndpointGuard>());
        services.AddSingleton<BrokerWatch>();
        MassTransitLogs.Add(services);
        services.AddReceiveEndpointObserver(provider => provider.GetRequiredService<BrokerWatch>());
        services.ConfigureStopping();
        services.AddMassTransit(mass =>
        {
            services.AddSingleton(new AddedBus(mass));
            // MassTransit would send the names of endpoints and hosts to its vendor.
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
            // No start timeout: MassTransit does not start the bus again after one.
            host.WaitUntilStarted = false;
            // Consumers are canceled first and get time to end. A consumer that outlives the bus keeps its connection and its message.
            host.ConsumerStopTimeout = bus.Value.StopTimeout;
            host.StopTimeout = bus.Value.StopTimeout + ConsumerEndTime;
        });
        services.AddOptions<HostOptions>().Configure<IConfiguration>((host, configuration) =>
        {
            // The host reads this while it is built, before the settings are checked. The check reports a text that is not a time.
            var given = configuration[ConfigurationPath.Combine(BusOptions.Section, nameof(BusOptions.StopTimeout))];
            var stop = TimeSpan.TryParse(given, CultureInfo.InvariantCulture, out var parsed) ? parsed : new BusOptions().StopTimeout;
            host.ShutdownTimeout = stop + TimeSpan.FromSeconds(15);
        });
    }

    private static void Configure(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator bus)
    {
        var broker = context.GetRequiredService<BrokerAddress>();
        var watch = context.GetRequiredService<BrokerWatch>();
        bus.Host(broker.Host, (ushort)broker.Port, broker.VirtualHost, context.GetRequiredService<ServiceIdentity>().WorkerId, host =>
        {
            host.Username(broker.UserName);
            host.Password(broker.Password);
            host.Heartbeat(TimeSpan.FromSeconds(10));
            host.RequestedConnectionTimeout(TimeSpan.FromSeconds(5));
            host.PublisherConfirmation = true;
            host.OnRefreshConnectionFactory = _ => watch.Connecting();
            if (broker.Nodes.Count > 1)
                host.UseCluster(cluster => AddNodes(cluster, broker));
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

    /// <summary>MassTransit tries the nodes in turn. Each process has an order of its own, so that they spread over the nodes.</summary>
    private static void AddNodes(IRabbitMqClusterConfigurator cluster, BrokerAddress broker)
    {
        string[] nodes = [.. broker.Nodes];
        Random.Shared.Shuffle(nodes);
        foreach (var node in nodes)
            cluster.Node(node);
    }

    /// <summary>
    /// Has the broker return a command without a queue instead of dropping it, so that it waits in the outbox until the queue exists. An
    /// event without a subscriber may be dropped. The exchange of an event has the name of its type, which contains a colon.
    /// </summary>
    private static void ReturnUnroutableCommand(SendContext context)
    {
        if (context is RabbitMqSendContext rabbit && context.RequestId is null && !rabbit.Exchange.Contains(':', StringComparison.Ordinal))
            rabbit.Mandatory = true;
    }

    /// <summary>Configurator of the bus, for further calls of <see cref="AddBus"/>.</summary>
    private sealed record AddedBus(IBusRegistrationConfigurator Configurator);

    private static BrokerAddress ParseAddress(IServiceProvider services)
    {
        var uri = services.GetRequiredService<IOptions<BrokerConnectionString>>().Value.RabbitMq;
        return BrokerAddress.TryParse(uri, out var address, out var problem)
            ? address
            : throw new InvalidOperationException(
                $"{Setting.NameOf(ConfigurationPath.Combine("ConnectionStrings", "RabbitMq"))} {problem}");
    }
}
