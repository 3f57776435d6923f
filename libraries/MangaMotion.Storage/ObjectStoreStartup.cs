using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MangaMotion.Storage;

/// <summary>Prepares the store before the service starts. If the store is unavailable, the service starts and is not ready.</summary>
internal sealed class ObjectStoreStartup(IObjectStore store, ILogger<ObjectStoreStartup> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.CheckAsync(cancellationToken);
        }
        catch (IOException exception)
        {
            logger.LogWarning("Object store unavailable. The readiness check retries. Cause: {Reason}", exception.Message);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
