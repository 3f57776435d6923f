using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Jobs.Running;
using MassTransit;

namespace MangaMotion.VideoPipeline.Stages.VoiceGen;

internal sealed class GenerateVoiceConsumer(IJobRunner jobs, VoiceWork work) : IConsumer<GenerateVoice>
{
    public Task Consume(ConsumeContext<GenerateVoice> context) =>
        jobs.RunAsync(context, context.Message.JobId, work.RunAsync);
}
