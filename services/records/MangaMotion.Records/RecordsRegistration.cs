using MangaMotion.Contracts.Records.V1;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Failures;
using MangaMotion.Records.Consumers;
using MangaMotion.Records.Loading;
using MangaMotion.RecordStore;
using MangaMotion.ServiceDefaults.Configuration;
using MangaMotion.ServiceDefaults.Jobs;
using MangaMotion.Storage;

namespace MangaMotion.Records;

/// <summary>Registers the records service.</summary>
public static class RecordsRegistration
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private const int MaxAttempts = 4;

    /// <summary>Adds the worker for records jobs, its stores and the sweeper of orphaned loads.</summary>
    public static void AddRecords(this WebApplicationBuilder builder)
    {
        builder.Services.Configure<RetryOptions>(retry => retry.MaxAttempts = MaxAttempts);
        builder.AddJobWorker<StoreRecordsConsumer, StoreRecords>(JobTypes.Records, RetryDelay);
        builder.Services.AddObjectStore(builder.Configuration);
        builder.Services.AddRecordStore();
        builder.Services.AddValidatedOptions<RecordsOptions>(RecordsOptions.Section);
        builder.Services.AddSingleton<TableMaker>();
        builder.Services.AddSingleton<RecordLoader>();
        builder.Services.AddSingleton<RecordStorer>();
        builder.Services.AddHostedService<LoadSweeper>();
    }
}
