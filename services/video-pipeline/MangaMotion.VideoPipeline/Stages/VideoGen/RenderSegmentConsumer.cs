using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Jobs.Running;
using MassTransit;

namespace MangaMotion.VideoPipeline.Stages.VideoGen;

internal sealed class RenderSegmentConsumer(IJobRunner jobs, SegmentWork work) : IConsumer<RenderSegment>
{
    public Task Consume(ConsumeContext<RenderSegment> context) =>
        jobs.RunAsync(context, context.Message.JobId, work.RunAsync);
}
