using MangaMotion.Messaging.Postgres.Schema;
using MangaMotion.RecordStore.Reading;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MangaMotion.RecordStore;

/// <summary>Registers the record store.</summary>
public static class RecordStoreRegistration
{
    /// <summary>
    /// Adds the schema of records and <see cref="RecordQuery"/>. The service must register its NpgsqlDataSource and the schema of jobs.
    /// </summary>
    public static IServiceCollection AddRecordStore(this IServiceCollection services)
    {
        services.AddSchema(new SchemaScripts("records", typeof(RecordStoreRegistration).Assembly, "MangaMotion.RecordStore.Schema."));
        services.TryAddSingleton<RecordQuery>();
        return services;
    }
}
