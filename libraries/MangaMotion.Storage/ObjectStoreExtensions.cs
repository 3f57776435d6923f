using MangaMotion.Storage.Disk;
using MangaMotion.Storage.S3;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MangaMotion.Storage;

public static class ObjectStoreExtensions
{
    /// <inheritdoc cref="IObjectStore.FetchAsync"/>
    public static Task<StoredObject> FetchAsync(this IObjectStore store, string key, string path, CancellationToken cancellationToken) =>
        store.FetchAsync(key, path, maxLength: null, cancellationToken);

    /// <summary>
    /// Adds the <see cref="IObjectStore"/> of section <c>Storage</c>. <c>S3_ENDPOINT</c>, <c>S3_BUCKET</c>, <c>S3_ACCESS_KEY</c> and
    /// <c>S3_SECRET_KEY</c> are used for settings that the section leaves out. Invalid settings fail the start.
    /// </summary>
    public static IServiceCollection AddObjectStore(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<StorageOptions>()
            .Bind(configuration.GetSection(StorageOptions.Section))
            .PostConfigure(options =>
            {
                options.S3.Endpoint ??= configuration["S3_ENDPOINT"];
                options.S3.Bucket ??= configuration["S3_BUCKET"];
                options.S3.AccessKey ??= configuration["S3_ACCESS_KEY"];
                options.S3.SecretKey ??= configuration["S3_SECRET_KEY"];
            })
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>();
        services.AddSingleton<IObjectStore>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<StorageOptions>>();
            return options.Value.EffectiveKind == StoreKind.S3 ? new S3ObjectStore(options) : new DiskObjectStore(options);
        });
        services.AddHostedService<ObjectStoreStartup>();
        return services;
    }
}
