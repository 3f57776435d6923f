using MangaMotion.Jobs;
using MangaMotion.ServiceDefaults.Bus;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MangaMotion.ServiceDefaults.Jobs;

/// <summary>
/// The queues of a job type, one a lane, all served by one consumer. Each may hand over as many messages as the worker has
/// places; the job runner's gate lets the higher lane in first.
/// </summary>
internal sealed class LaneEndpoints<TConsumer>(JobType type) : IEndpointMap
    where TConsumer : class, IConsumer
{
    public void Map(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator bus)
    {
        var places = context.GetRequiredService<IOptions<JobsOptions>>().Value.Concurrency;
        var prefetch = places * context.GetRequiredService<IOptions<BusOptions>>().Value.PrefetchPerConsumer;
        foreach (var lane in Lanes.All)
        {
            bus.ReceiveEndpoint(type.QueueName(lane), endpoint =>
            {
                EndpointConventions.Apply(context, endpoint);
                endpoint.ConfigureConsumeTopology = false;
                endpoint.PrefetchCount = prefetch;
                endpoint.ConcurrentMessageLimit = places;
                endpoint.ConfigureConsumer<TConsumer>(context);
            });
        }
    }
}
