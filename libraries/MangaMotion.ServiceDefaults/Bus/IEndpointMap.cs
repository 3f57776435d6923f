using MassTransit;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>Adds receive endpoints beside those that MassTransit makes, which are one for each consumer.</summary>
public interface IEndpointMap
{
    void Map(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator bus);
}
