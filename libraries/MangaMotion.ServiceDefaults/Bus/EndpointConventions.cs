using MassTransit;
using MassTransit.RabbitMqTransport.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>What holds for every receive endpoint of every service.</summary>
internal static class EndpointConventions
{
    public static void Apply(IRegistrationContext context, IReceiveEndpointConfigurator endpoint)
    {
        var rabbit = (IRabbitMqReceiveEndpointConfigurator)endpoint;
        var settings = ((IRabbitMqReceiveEndpointConfiguration)endpoint).Settings;

        // The endpoint of one instance (replies, broadcasts) goes with it; a quorum queue cannot.
        if (!settings.AutoDelete)
        {
            // Written down by a majority before the broker confirms; its _error queue inherits the type.
            rabbit.SetQuorumQueue();
            rabbit.DeclareErrorQueue();
            context.GetRequiredService<BusQueues>().Add(settings.QueueName);
        }

        // A message of a type that nobody here consumes is a mistake to look at, like one that cannot be read: both in _error.
        endpoint.ThrowOnSkippedMessages();
    }
}
