using MassTransit;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>Receive endpoints that MassTransit's own mapping, one a consumer, does not make.</summary>
public interface IEndpointMap
{
    void Map(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator bus);
}
