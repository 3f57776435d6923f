using MangaMotion.Messaging.Postgres.Sessions;
using MangaMotion.Messaging.Postgres.Victim;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// MangaMotion.Messaging.Postgres.Victim STOP-POINT AMQP DATABASE MESSAGE-ID
var (stopPoint, amqp, database, id) = (args[0], new Uri(args[1]), args[2], Guid.Parse(args[3]));

using var host = Node.Create(
    amqp,
    database,
    bus: x => x.AddConsumer<WriteEffectConsumer>(),
    rabbit: (context, cfg) =>
    {
        if (stopPoint == "consumed-before-ack")
            Node.UseEffectQueue(context, cfg, endpoint => endpoint.UseFilter(new BeforeAck()));
    },
    // The victim that consumes leaves the delivery of the reply to the surviving node.
    outbox: o => o.UseBusOutbox(b => { if (stopPoint == "consumed-before-ack") b.DisableDeliveryService(); }));

var bus = host.Services.GetRequiredService<IBus>();
if (stopPoint == "committed-before-send")
    bus.ConnectSendObserver(new BeforeSend());
else if (stopPoint == "confirmed-before-delete")
    bus.ConnectSendObserver(new AfterConfirm());

await host.StartAsync();
if (stopPoint != "consumed-before-ack")
{
    await using var scope = host.Services.CreateAsyncScope();
    var session = scope.ServiceProvider.GetRequiredService<IPostgresSession>();
    var endpoint = await scope.ServiceProvider.GetRequiredService<ISendEndpointProvider>().GetSendEndpoint(
        new Uri($"exchange:{Node.EffectQueue}"));
    await endpoint.Send(new WriteEffect { Id = id });
    await session.CommitAsync(CancellationToken.None);
}

await host.WaitForShutdownAsync();
