using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Jobs.Running;
using MangaMotion.VideoPipeline.Stages;
using MassTransit;

namespace MangaMotion.VideoPipeline.Consumers;

internal sealed class SpeakShotConsumer(IJobRunner jobs, VoiceWork work) : IConsumer<SpeakShot>
{
    public Task Consume(ConsumeContext<SpeakShot> context) =>
        jobs.RunAsync(context, context.Message.JobId, work.RunAsync);
}
