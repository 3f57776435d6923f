using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Jobs.Running;
using MangaMotion.VideoPipeline.Stages;
using MassTransit;

namespace MangaMotion.VideoPipeline.Consumers;

internal sealed class WriteScriptConsumer(IJobRunner jobs, ScriptWork work) : IConsumer<WriteScript>
{
    public Task Consume(ConsumeContext<WriteScript> context) =>
        jobs.RunAsync(context, context.Message.JobId, work.RunAsync);
}
