using MangaMotion.Contracts.Thumbnails.V1;
using MangaMotion.Jobs;
using MangaMotion.MediaJobs;
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

    /// <summary>Twice the children: while one half of the jobs is in them, the other fetches its file or stores what was made.</summary>
    private static readonly int Concurrency = 2 * Environment.ProcessorCount;

    public static void AddThumbnails(this WebApplicationBuilder builder)
    {
        // Before the worker binds its section, whose values stand above these.
        builder.Services.Configure<JobsOptions>(jobs => (jobs.Concurrency, jobs.TimeLimit) = (Concurrency, TimeLimit));
        builder.AddJobWorker<GenerateThumbnailConsumer, GenerateThumbnail>(JobTypes.Thumbnail, RetryDelay);
        builder.Services.AddObjectStore(builder.Configuration);
        builder.Services.AddMediaWorker();
        builder.Services.AddSingleton<MediaRenderer>();
        builder.Services.AddSingleton<ThumbnailRenderer>();
    }
}
