using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;

namespace MangaMotion.ServiceDefaults.Jobs;

/// <summary>
/// Jobs that go on without their delivery, whose channel was closed. The bus does not wait for them at shutdown, so this service does:
/// until they have ended or were handed back.
/// </summary>
internal sealed class DetachedJobs : IHostedService
{
    private readonly ConcurrentDictionary<Task, bool> _running = new();

    public void Add(Task job)
    {
        _running[job] = true;
        _ = job.ContinueWith(
            ended => _running.TryRemove(ended, out _), CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken) =>
        // The job runner has recorded how each of them ended; the exception of one that was handed back is for its delivery.
        await Task.WhenAll(_running.Keys).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
