using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Victim;

/// <summary>One instance of a service on real servers, for the tests and their victim processes.</summary>
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

    /// <summary>
    /// Configures the command queue with inbox and outbox. The retry around both lasts 60 s, longer than the database outages of the tests.
    /// </summary>
    public static void UseEffectQueue(
        IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator cfg, Action<IReceiveEndpointConfigurator>? configure = null) =>
        cfg.ReceiveEndpoint(EffectQueue, endpoint =>
        {
            configure?.Invoke(endpoint);
            endpoint.UseMessageRetry(retry => retry.Interval(600, TimeSpan.FromMilliseconds(100)));
            endpoint.UsePostgresOutbox(context);
            endpoint.ConfigureConsumer<WriteEffectConsumer>(context);
        });
}
