using MangaMotion.LocalStack;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Benchmarks.Messaging;

/// <summary>An event of the size of ours, a few hundred bytes in its envelope.</summary>
public sealed record Tick
{
    public required Guid Id { get; init; }

    public required string Text { get; init; }

    public static Tick Create() => new() { Id = NewId.NextGuid(), Text = "a line about as long as a key in the object store, 1f3a9c" };
}

internal static class MessagingNode
{
    /// <param name="consume">Called for every tick that arrives; without it ticks pile up in a bound queue.</param>
    public static async Task<IHost> StartAsync(ServerStack servers, Action<Tick>? consume, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(NpgsqlDataSource.Create(servers.Postgres.ConnectionString + ";Max Auto Prepare=20"));
        builder.Services.AddMassTransit(x =>
        {
            x.AddPostgresOutbox(o => o.UseBusOutbox());
            x.UsingRabbitMq((_, cfg) =>
            {
                cfg.Host(servers.Rabbit.AmqpUri);
                if (consume is not null)
                    cfg.ReceiveEndpoint("ticks", endpoint => endpoint.Handler<Tick>(context =>
                    {
                        consume(context.Message);
                        return Task.CompletedTask;
                    }));
                else
                    cfg.Publish<Tick>(p => p.BindQueue("MangaMotion.Benchmarks.Messaging:Tick", "tick-pile"));
            });
        });
        builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return host;
    }
}
