using MassTransit;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>Receive endpoints that MassTransit's own mapping, one a consumer, does not make.</summary>
internal interface IEndpointMap
{
    void Map(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator bus);
}
