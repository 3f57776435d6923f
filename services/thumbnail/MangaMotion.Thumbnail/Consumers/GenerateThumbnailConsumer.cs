using MangaMotion.Contracts.Thumbnails.V1;
using MangaMotion.Jobs.Running;
using MangaMotion.Thumbnail.Rendering;
using MassTransit;

namespace MangaMotion.Thumbnail.Consumers;

public sealed class GenerateThumbnailConsumer(IJobRunner jobs, ThumbnailRenderer renderer) : IConsumer<GenerateThumbnail>
{
    public Task Consume(ConsumeContext<GenerateThumbnail> context) =>
        jobs.RunAsync(context, context.Message.JobId, renderer.RenderAsync);
}
