using MangaMotion.Ingest.Reading.Assets;
using MangaMotion.Ingest.Reading.Collections;
using MangaMotion.Ingest.Reading.DeadLetters;
using MangaMotion.Ingest.Reading.Ingests;
using MangaMotion.Ingest.Reading.Jobs;
using MangaMotion.Ingest.Reading.Operations;
using MangaMotion.Ingest.Reading.Records;
using MangaMotion.Ingest.Reading.Videos;
using MangaMotion.RecordStore;

namespace MangaMotion.Ingest.Reading;

/// <summary>The room of queries, and of the commands on what a query shows: cancel, replay, pause.</summary>
internal static class ReadingRegistration
{
    public static void AddReading(this IServiceCollection services)
    {
        services.AddSingleton<IngestStatusQuery>();
        services.AddSingleton<IngestListQuery>();
        services.AddSingleton<JobQuery>();
        services.AddSingleton<JobListQuery>();
        services.AddSingleton<CollectionStatusQuery>();
        services.AddSingleton<AssetQuery>();
        services.AddSingleton<VideoListQuery>();
        services.AddRecordStore();
        services.AddSingleton<RecordOwnership>();
        services.AddDeadLetters();
        services.AddOperations();
    }

    public static void MapReading(this IEndpointRouteBuilder api)
    {
        api.MapJobs();
        api.MapCollections();
        api.MapOperations();
        api.MapAssets();
        api.MapRecords();
        api.MapDeadLetters();
    }
}
