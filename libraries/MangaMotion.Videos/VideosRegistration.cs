using MangaMotion.Jobs;
using MangaMotion.Messaging.Postgres.Schema;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MangaMotion.Videos;

public static class VideosRegistration
{
    /// <summary>
    /// Adds the tables of videos, the job type of videos, <see cref="VideoQuery"/>, <see cref="VideoListing"/> and
    /// <see cref="VideoEdits"/>.
    /// </summary>
    public static IServiceCollection AddVideos(this IServiceCollection services)
    {
        services.AddJobs(VideoJobs.Video);
        services.AddSchema(new SchemaScripts("videos", typeof(VideosRegistration).Assembly, "MangaMotion.Videos.Schema."));
        services.TryAddSingleton<VideoQuery>();
        services.TryAddSingleton<VideoListing>();
        services.TryAddSingleton<VideoEdits>();
        return services;
    }

    /// <summary>Adds the saga's access to the rows: <see cref="VideoContext"/> and <see cref="VideoRows"/>.</summary>
    public static IServiceCollection AddVideoRows(this IServiceCollection services)
    {
        services.AddVideos();
        services.AddPostgresDbContext<VideoContext>();
        services.AddScoped<VideoRows>();
        return services;
    }
}
