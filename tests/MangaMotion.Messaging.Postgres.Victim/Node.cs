using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Victim;

/// <summary>One instance of a service on real servers, as the suite and its victims run it.</summary>
public static class Node
{
    /// <summary>Name of the queue that <see cref="WriteEffectConsumer"/> reads.</summary>
    public const string EffectQueue = "write-effect";

    public static IHost Create(
        Uri amqp,
        string database,
        Action<IBusRegistrationConfigurator>? bus = null,
        Action<IBusRegistrationContext, IRabbitMqBusFactoryConfigurator>? rabbit = null,
        Action<IPostgresOutboxConfigurator>? outbox = null,
        Action<IServiceCollection>? services = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(20));
        builder.Services.AddSingleton(NpgsqlDataSource.Create(database));
        builder.Services.AddMassTransit(x =>
        {
            x.AddPostgresOutbox(o =>
            {
                o.UseBusOutbox();
                outbox?.Invoke(o);
            });
            bus?.Invoke(x);
            x.UsingRabbitMq((context, cfg) =>
            {
                cfg.Host(amqp);
                cfg.UsePostgresMessageScheduler(context);
                rabbit?.Invoke(context, cfg);
            });
        });
        builder.Services.Configure<MassTransitHostOptions>(options =>
        {
            options.WaitUntilStarted = true;
            options.StopTimeout = TimeSpan.FromSeconds(10);
        });
        services?.Invoke(builder.Services);
        return builder.Build();
    }

    /// <summary>The command queue behind inbox and outbox. The retry outside of both outlasts a database that is away for a while.</summary>
    public static void UseEffectQueue(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator cfg, Action<IReceiveEndpointConfigurator>? configure = null) =>
        cfg.ReceiveEndpoint(EffectQueue, endpoint =>
        {
            configure?.Invoke(endpoint);
            endpoint.UseMessageRetry(retry => retry.Interval(600, TimeSpan.FromMilliseconds(100)));
            endpoint.UsePostgresOutbox(context);
            endpoint.ConfigureConsumer<WriteEffectConsumer>(context);
        });
}
