using MangaMotion.Ingest.Reading.Assets;
using MangaMotion.Ingest.Reading.Collections;
using MangaMotion.Ingest.Reading.DeadLetters;
using MangaMotion.Ingest.Reading.Ingests;
using MangaMotion.Ingest.Reading.Jobs;
using MangaMotion.Ingest.Reading.Operations;
using MangaMotion.Ingest.Reading.Records;
using MangaMotion.Ingest.Reading.Videos;
using MangaMotion.Jobs;
using MangaMotion.RecordStore;
using MangaMotion.ServiceDefaults.Configuration;

namespace MangaMotion.Ingest.Reading;

/// <summary>Registers the queries, and the commands on queried rows: cancel, replay, pause.</summary>
internal static class ReadingRegistration
{
    public static void AddReading(this IServiceCollection services)
    {
        services.AddSingleton<IngestStatusQuery>();
        services.AddSingleton<IngestListQuery>();
        services.AddSingleton<JobQuery>();
        services.AddSingleton<JobListQuery>();
        services.AddSingleton<CollectionListQuery>();
        services.AddSingleton<CollectionStatusQuery>();
        services.AddSingleton<AssetQuery>();
        services.AddSingleton<VideoListQuery>();
        services.AddRecordStore();
        services.AddSingleton<RecordOwnership>();
        services.AddReplayBatches();
        services.AddSingleton<DeadLetterQuery>();
        services.AddSingleton<ReplayCommands>();
        services.AddSingleton<StatsQuery>();
        services.AddSingleton<SeriesQuery>();
        services.AddSingleton<WorkerQuery>();
        services.AddSingleton<SystemQuery>();
        services.AddSingleton<QueueQuery>();
        services.AddSingleton<ScalingQuery>();
        services.AddValidatedOptions<ScalingOptions>(ScalingOptions.Section);
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
