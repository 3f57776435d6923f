using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Jobs.Running;
using MassTransit;

namespace MangaMotion.VideoPipeline.Stages.ScriptGen;

internal sealed class GenerateScriptConsumer(IJobRunner jobs, ScriptWork work) : IConsumer<GenerateScript>
{
    public Task Consume(ConsumeContext<GenerateScript> context) =>
        jobs.RunAsync(context, context.Message.JobId, work.RunAsync);
}
