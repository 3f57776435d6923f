using MangaMotion.Jobs;
using MassTransit;
using MassTransit.RabbitMqTransport;
using MassTransit.RabbitMqTransport.Configuration;
using MassTransit.RabbitMqTransport.Middleware;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>
/// Declares the <c>_error</c> exchange and queue of an endpoint before it consumes. MassTransit declares them with the first
/// message it moves there itself, but the job runner sends dead letters to <c>exchange:NAME_error</c> through the outbox: to
/// an exchange that nobody has bound a queue to, they would be lost.
/// </summary>
internal static class ErrorQueues
{
    /// <summary>
    /// A message of a type that nobody here consumes is a mistake to look at, like one that cannot be read: both go to
    /// <c>_error</c>, none to <c>_skipped</c>. (<c>ThrowOnSkippedMessages</c> would hand it back to the broker, for ever.)
    /// </summary>
    public static void SkipToErrorQueue(this IRabbitMqBusFactoryConfigurator bus)
    {
        ISendTopologyConfigurator topology = bus.SendTopology;
        topology.ErrorQueueNameFormatter = new OneOfEachLane(bus.SendTopology.ErrorQueueNameFormatter);
        topology.DeadLetterQueueNameFormatter = new SkippedIsError(bus.SendTopology.ErrorQueueNameFormatter);
    }

    /// <summary>
    /// Puts MassTransit's own step for it, with MassTransit's own settings, before the endpoint's topology; whichever of the
    /// two declares first, the other agrees.
    /// </summary>
    public static void DeclareErrorQueue(this IRabbitMqReceiveEndpointConfigurator endpoint)
    {
        // Every receive endpoint of this transport implements both: the first is how it is configured, the second how it is built.
        var built = (IRabbitMqReceiveEndpointConfiguration)endpoint;
        endpoint.ConfigureChannel(channel =>
        {
            var error = built.Topology.Send.GetErrorSettings(built.Settings);
            channel.UseFilter(new ConfigureRabbitMqTopologyFilter<ErrorSettings>(error, error.GetBrokerTopology()));
        });
    }

    /// <summary>A lane has one error queue, also where its messages wait in two.</summary>
    private sealed class OneOfEachLane(IErrorQueueNameFormatter errors) : IErrorQueueNameFormatter
    {
        public string FormatErrorQueueName(string queueName) => errors.FormatErrorQueueName(Lanes.FrontOf(queueName));
    }

    private sealed class SkippedIsError(IErrorQueueNameFormatter errors) : IDeadLetterQueueNameFormatter
    {
        public string FormatDeadLetterQueueName(string queueName) => errors.FormatErrorQueueName(queueName);
    }
}
