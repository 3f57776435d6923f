using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MangaMotion.Storage;

/// <summary>Prepares the store before the service starts; a store that is away leaves the service up but not ready.</summary>
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
            logger.LogWarning("The object store is not usable yet, readiness will try again: {Reason}", exception.Message);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
