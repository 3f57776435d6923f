using MangaMotion.Contracts.Jobs.V1;
using MangaMotion.Ingest.Background.Webhooks;
using MangaMotion.ServiceDefaults;
using MangaMotion.ServiceDefaults.Bus;
using MassTransit;

namespace MangaMotion.Ingest.Background.Events;

/// <summary>This instance's own queue for the bus's word of changes: it goes with the instance, and so does what lies in it.</summary>
internal sealed class EventsEndpoint(EventHub hub, WebhookWatch webhooks, ServiceIdentity identity) : IEndpointMap
{
    private const ushort Prefetch = 100;

    public void Map(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator bus) =>
        bus.ReceiveEndpoint($"events-{identity.WorkerId}", endpoint =>
        {
            endpoint.AutoDelete = true;
            endpoint.Durable = false;
            endpoint.PrefetchCount = Prefetch;
            endpoint.Handler<JobsChanged>(message =>
            {
                hub.Tell(message.Message);
                webhooks.Tell(message.Message.IngestIds);
                return Task.CompletedTask;
            });
        });
}
