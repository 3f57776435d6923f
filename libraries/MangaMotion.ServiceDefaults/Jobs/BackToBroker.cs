using MangaMotion.Jobs.Running;
using MassTransit;

namespace MangaMotion.ServiceDefaults.Jobs;

/// <summary>
/// Gives the message of a worker that stops back to the broker. MassTransit does so for a cancellation that comes from outside the
/// consumer, as this one does; one that a consumer throws counts as its failure.
/// </summary>
internal sealed class BackToBroker : IFilter<ConsumeContext>
{
    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        try
        {
            await next.Send(context);
        }
        catch (WorkerStopsException stopping)
        {
            throw new OperationCanceledException(stopping.Message, stopping);
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("backToBroker");
}
