using MangaMotion.Jobs.Running;
using MassTransit;

namespace MangaMotion.ServiceDefaults.Jobs;

/// <summary>
/// Returns the message of a stopping worker to the broker. MassTransit requeues on a cancellation that is thrown outside the consumer, as
/// in this filter. A cancellation that a consumer throws counts as its failure.
/// </summary>
internal sealed class RequeueOnShutdownFilter : IFilter<ConsumeContext>
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

    public void Probe(ProbeContext context) => context.CreateFilterScope("requeueOnShutdown");
}
