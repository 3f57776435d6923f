using System.Globalization;
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
    /// <summary>
    /// MassTransit over RabbitMQ with the conventions of this house: quorum queues, kebab-case names, publisher confirms,
    /// and <c>_error</c> queues that exist from the start. Starting does not wait for the broker: the service is
    /// live at once and ready when the broker is there.
    /// </summary>
    /// <param name="configure">Adds consumers and sagas with their definitions.</param>
    public static IHostApplicationBuilder AddBus(this IHostApplicationBuilder builder, Action<IBusRegistrationConfigurator> configure)
    {
        var services = builder.Services;
        builder.AddPostgres();
        services.AddValidatedOptions<BusOptions>(BusOptions.Section);
        services.AddValidatedOptions<BrokerConnectionString>("ConnectionStrings");
        services.AddSingleton(ParseAddress);
        services.AddSingleton<BusQueues>();
        services.AddSingleton<BrokerConnection>();
        services.AddSingleton<IQueueDepths, QueueDepths>();
        services.AddReceiveEndpointObserver<BrokerWatch>();
        services.AddOptions<MassTransitHostOptions>().Configure<IOptions<BusOptions>>((host, bus) =>
        {
            // No start timeout: when it passed, MassTransit would give the bus up for good.
            host.WaitUntilStarted = false;
            host.StopTimeout = bus.Value.StopTimeout;
        });
        services.AddOptions<HostOptions>().Configure<IConfiguration>((host, configuration) =>
        {
            // The host reads these while it is built, before a wrong setting can be reported: text that is no time is left to the check.
            var given = configuration[ConfigurationPath.Combine(BusOptions.Section, nameof(BusOptions.StopTimeout))];
            var stop = TimeSpan.TryParse(given, CultureInfo.InvariantCulture, out var parsed) ? parsed : new BusOptions().StopTimeout;
            host.ShutdownTimeout = stop + TimeSpan.FromSeconds(15);
        });
        services.AddMassTransit(bus =>
        {
            bus.SetKebabCaseEndpointNameFormatter();
            bus.AddConfigureEndpointsCallback((context, _, endpoint) => EndpointConventions.Apply(context, endpoint));
            configure(bus);
            bus.UsingRabbitMq(Configure);
        });
        return builder;
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
        bus.ConfigureEndpoints(context);
        foreach (var map in context.GetServices<IEndpointMap>())
            map.Map(context, bus);
    }

    private static BrokerAddress ParseAddress(IServiceProvider services)
    {
        var uri = services.GetRequiredService<IOptions<BrokerConnectionString>>().Value.RabbitMq;
        return BrokerAddress.TryParse(uri, out var address, out var problem)
            ? address
            : throw new InvalidOperationException($"{Setting.NameOf(ConfigurationPath.Combine("ConnectionStrings", "RabbitMq"))} {problem}");
    }
}
