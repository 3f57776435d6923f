using MangaMotion.Jobs;
using MangaMotion.ServiceDefaults.Bus;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MangaMotion.ServiceDefaults.Jobs;

/// <summary>
/// Endpoints of a job type: the queue and the bulk queue of each lane, all with the same consumer or saga. Each endpoint may deliver as
/// many messages as the worker runs jobs (<c>Jobs__Concurrency</c>). <see cref="MangaMotion.Jobs.Running.LaneGate"/> then admits higher
/// lanes first.
/// </summary>
/// <param name="configure">Adds the consumer to its endpoint.</param>
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
