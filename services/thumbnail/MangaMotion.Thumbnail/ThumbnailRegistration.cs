using MangaMotion.Contracts.Thumbnails.V1;
using MangaMotion.Jobs;
using MangaMotion.Media;
using MangaMotion.ServiceDefaults.Jobs;
using MangaMotion.Storage;
using MangaMotion.Thumbnail.Consumers;
using MangaMotion.Thumbnail.Rendering;

namespace MangaMotion.Thumbnail;

internal static class ThumbnailRegistration
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    /// <summary>Of one attempt from the download to the last upload: what a file of the largest size takes on a slow line.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(10);

    public static void AddThumbnails(this WebApplicationBuilder builder)
    {
        builder.AddJobWorker<GenerateThumbnailConsumer, GenerateThumbnail>(JobTypes.Thumbnail, RetryDelay);
        builder.Services.Configure<JobsOptions>(jobs => jobs.TimeLimit = TimeLimit);
        builder.Services.AddObjectStore(builder.Configuration);
        builder.Services.AddMedia();
        builder.Services.AddSingleton<MediaRenderer>();
        builder.Services.AddSingleton<ThumbnailRenderer>();
    }
}
