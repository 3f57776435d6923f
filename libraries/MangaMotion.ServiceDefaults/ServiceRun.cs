using Microsoft.AspNetCore.Builder;

namespace MangaMotion.ServiceDefaults;

/// <summary>Runs a service until it is stopped.</summary>
public static class ServiceRun
{
    /// <summary>Runs the service. A stop during the start, while a server is awaited for example, is an ordinary end.</summary>
    public static async Task RunServiceAsync(this WebApplication app)
    {
        // Read here: the host is disposed when it throws.
        var stopping = app.Lifetime.ApplicationStopping;
        try
        {
            await app.RunAsync();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host cancels its start when it is stopped, and reports that as an exception.
        }
    }
}
