using MangaMotion.Messaging.Postgres.Schema;
using MangaMotion.RecordStore.Reading;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MangaMotion.RecordStore;

public static class RecordStoreRegistration
{
    /// <summary>The schema of the records, and <see cref="RecordQuery"/>. Needs the one NpgsqlDataSource of the service, and its jobs' schema.</summary>
    public static IServiceCollection AddRecordStore(this IServiceCollection services)
    {
        services.AddSchema(new SchemaScripts("records", typeof(RecordStoreRegistration).Assembly, "MangaMotion.RecordStore.Schema."));
        services.TryAddSingleton<RecordQuery>();
        return services;
    }
}
