using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;

namespace MangaMotion.ServiceDefaults.Jobs;

/// <summary>
/// Jobs that continue without their delivery, whose channel was closed. At shutdown the bus does not wait for them, so this service waits
/// until they have ended or are handed back.
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
        // The job runner has recorded the outcome of each job. The exception of a job that was handed back is for its delivery.
        await Task.WhenAll(_running.Keys).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
