using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.Console.Pages.Shared;

namespace MangaMotion.Console;

/// <summary>Paused queues of the installation, for the banner of all pages. Read at most every five seconds.</summary>
internal sealed class PausedQueues(TimeProvider clock)
{
    private static readonly TimeSpan CacheLifetime = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private volatile Reading _last = new([], DateTimeOffset.MinValue);

    /// <summary>Forgets what was read, after a change.</summary>
    public void Forget() => _last = new([], DateTimeOffset.MinValue);

    /// <summary>Returns the paused queues; empty if they cannot be read.</summary>
    /// <param name="client">Client whose key has the scope <c>operate</c>.</param>
    public async Task<IReadOnlyList<QueueInfo>> ReadAsync(MangaMotionClient client)
    {
        if (clock.GetUtcNow() - _last.At < CacheLifetime)
            return _last.Queues;
        // A slow broker must not hold up every page.
        using var timeout = new CancellationTokenSource(Timeout);
        var read = await Loaded.ReadAsync(client.GetQueuesAsync(timeout.Token));
        var queues = read.Value?.Queues.Where(queue => queue.Paused).ToList() ?? [];
        _last = new(queues, clock.GetUtcNow());
        return queues;
    }

    private sealed record Reading(IReadOnlyList<QueueInfo> Queues, DateTimeOffset At);
}
