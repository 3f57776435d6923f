using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Jobs.Running;
using MangaMotion.VideoPipeline.Stages;
using MassTransit;

namespace MangaMotion.VideoPipeline.Consumers;

internal sealed class ComposeVideoConsumer(IJobRunner jobs, CompositionWork work) : IConsumer<ComposeVideo>
{
    public Task Consume(ConsumeContext<ComposeVideo> context) =>
        jobs.RunAsync(context, context.Message.JobId, work.RunAsync);
}
