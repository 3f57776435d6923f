using MangaMotion.Jobs;
using MassTransit;
using MassTransit.RabbitMqTransport;
using MassTransit.RabbitMqTransport.Configuration;
using MassTransit.RabbitMqTransport.Middleware;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>
/// Declares the <c>_error</c> exchange and queue of an endpoint before it consumes. MassTransit declares them with the first message that
/// it moves there. The job runner sends dead letters to <c>exchange:NAME_error</c> through the outbox, and an exchange without a queue
/// would drop them.
/// </summary>
internal static class ErrorQueues
{
    /// <summary>
    /// Moves messages without a consumer to <c>_error</c> instead of <c>_skipped</c>, like messages that cannot be read: both are faults
    /// for the operator. (<c>ThrowOnSkippedMessages</c> would return them to the broker again and again.)
    /// </summary>
    public static void SkipToErrorQueue(this IRabbitMqBusFactoryConfigurator bus)
    {
        ISendTopologyConfigurator topology = bus.SendTopology;
        topology.ErrorQueueNameFormatter = new LaneErrors();
        topology.DeadLetterQueueNameFormatter = new SkippedErrors();
    }

    /// <summary>
    /// Adds MassTransit's own step that declares the error queue before the topology of the endpoint. Both use the same settings, so the
    /// second declaration agrees with the first.
    /// </summary>
    public static void DeclareErrorQueue(this IRabbitMqReceiveEndpointConfigurator endpoint)
    {
        // Every receive endpoint of this transport implements both interfaces: one configures it, the other builds it.
        var built = (IRabbitMqReceiveEndpointConfiguration)endpoint;
        endpoint.ConfigureChannel(channel =>
        {
            var error = built.Topology.Send.GetErrorSettings(built.Settings);
            channel.UseFilter(new ConfigureRabbitMqTopologyFilter<ErrorSettings>(error, error.GetBrokerTopology()));
        });
    }

    /// <summary>Gives the front queue and the bulk queue of a lane one error queue.</summary>
    private sealed class LaneErrors : IErrorQueueNameFormatter
    {
        public string FormatErrorQueueName(string queueName) => Lanes.ErrorQueueName(queueName);
    }

    private sealed class SkippedErrors : IDeadLetterQueueNameFormatter
    {
        public string FormatDeadLetterQueueName(string queueName) => Lanes.ErrorQueueName(queueName);
    }
}
