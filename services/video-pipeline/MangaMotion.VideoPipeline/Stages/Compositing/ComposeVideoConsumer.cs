using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Jobs.Running;
using MassTransit;

namespace MangaMotion.VideoPipeline.Stages.Compositing;

internal sealed class ComposeVideoConsumer(IJobRunner jobs, CompositionWork work) : IConsumer<ComposeVideo>
{
    public Task Consume(ConsumeContext<ComposeVideo> context) =>
        jobs.RunAsync(context, context.Message.JobId, work.RunAsync);
}
