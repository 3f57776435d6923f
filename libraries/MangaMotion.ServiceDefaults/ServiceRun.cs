using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace MangaMotion.ServiceDefaults;

/// <summary>Runs a service until it is stopped.</summary>
public static class ServiceRun
{
    /// <summary>Runs the service. A stop during the start, while a server is awaited for example, is an ordinary end.</summary>
    public static async Task RunServiceAsync(this WebApplication app)
    {
        await using (app)
            await app.RunUndisposedAsync();
    }

    /// <summary>Runs the service as <see cref="RunServiceAsync"/> does. The caller disposes it.</summary>
    public static async Task RunUndisposedAsync(this WebApplication app)
    {
        try
        {
            await app.StartAsync();
            await app.WaitForShutdownAsync();
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The host cancels its start when it is stopped, and reports that as an exception.
        }
    }
}
