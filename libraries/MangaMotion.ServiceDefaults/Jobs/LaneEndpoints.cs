using MangaMotion.Jobs;
using MangaMotion.ServiceDefaults.Bus;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MangaMotion.ServiceDefaults.Jobs;

/// <summary>
/// The queues of a job type, one a lane and its bulk queue, all served by one consumer or saga. Each may hand over as many messages as the worker has
/// places; the job runner's gate lets the higher lane in first.
/// </summary>
/// <param name="configure">Puts the consumer behind its endpoint.</param>
internal sealed class LaneEndpoints(JobType type, Action<IBusRegistrationContext, IReceiveEndpointConfigurator> configure) : IEndpointMap
{
    public void Map(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator bus)
    {
        var places = context.GetRequiredService<IOptions<JobsOptions>>().Value.Concurrency;
        var prefetch = places * context.GetRequiredService<IOptions<BusOptions>>().Value.PrefetchPerConsumer;
        var queues = Lanes.All.Select(lane => type.QueueName(lane));
        if (type.HasBulk)
            queues = queues.Concat(Lanes.All.Select(lane => type.QueueName(lane, bulk: true)));
        foreach (var queue in queues)
        {
            bus.ReceiveEndpoint(queue, endpoint =>
            {
                endpoint.ConfigureConsumeTopology = false;
                endpoint.PrefetchCount = prefetch;
                endpoint.ConcurrentMessageLimit = places;
                configure(context, endpoint);
            });
        }
    }
}
