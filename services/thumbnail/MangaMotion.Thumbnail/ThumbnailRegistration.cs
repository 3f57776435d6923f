using MangaMotion.Contracts.Thumbnails.V1;
using MangaMotion.Jobs;
using MangaMotion.MediaJobs;
using MangaMotion.ServiceDefaults.Jobs;
using MangaMotion.Storage;
using MangaMotion.Thumbnail.Consumers;
using MangaMotion.Thumbnail.Rendering;

namespace MangaMotion.Thumbnail;

/// <summary>Registration of the thumbnail service.</summary>
public static class ThumbnailRegistration
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    /// <summary>Time limit of one attempt, from the download to the last upload, for a file of the largest size on a slow line.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Jobs at a time: twice the media hosts, because the other half of the jobs fetches its input or stores its outputs.
    /// </summary>
    private static readonly int Concurrency = 2 * Environment.ProcessorCount;

    public static void AddThumbnails(this WebApplicationBuilder builder)
    {
        // Registered before the worker binds its section, so that settings override these values.
        builder.Services.Configure<JobsOptions>(jobs => (jobs.Concurrency, jobs.TimeLimit) = (Concurrency, TimeLimit));
        builder.AddJobWorker<GenerateThumbnailConsumer, GenerateThumbnail>(JobTypes.Thumbnail, RetryDelay);
        builder.Services.AddObjectStore(builder.Configuration);
        builder.Services.AddMediaWorker();
        builder.Services.AddSingleton<MediaRenderer>();
        builder.Services.AddSingleton<ThumbnailRenderer>();
    }
}
