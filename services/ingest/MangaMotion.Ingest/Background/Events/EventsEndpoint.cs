using MangaMotion.Contracts.Jobs.V1;
using MangaMotion.Ingest.Background.Webhooks;
using MangaMotion.ServiceDefaults;
using MangaMotion.ServiceDefaults.Bus;
using MassTransit;

namespace MangaMotion.Ingest.Background.Events;

/// <summary>
/// Temporary queue of this instance for notifications of changes. The broker deletes it with its messages when the instance ends.
/// </summary>
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
                hub.Notify(message.Message);
                webhooks.Notify(message.Message.IngestIds);
                return Task.CompletedTask;
            });
        });
}
