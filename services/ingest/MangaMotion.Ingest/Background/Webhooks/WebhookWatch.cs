using MangaMotion.Jobs.Notices;
using MangaMotion.Messaging.Postgres;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Ingest.Background.Webhooks;

/// <summary>Finds ended ingests: at once by the notifications of the bus, and by a sweep for lost notifications.</summary>
internal sealed class WebhookWatch(
    WebhookStore store, WebhookSender sender, NpgsqlDataSource database, IOptions<WebhookOptions> options, ILogger<WebhookWatch> logger)
    : BackgroundService
{
    /// <summary>Time between two statements. Ingests that change within it share one.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly WakeSignal _signal = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Guid> _changed = [];

    /// <summary>Has ingests checked, whose jobs have changed.</summary>
    public void Notify(IReadOnlyList<Guid> ingests)
    {
        if (ingests.Count == 0)
            return;
        lock (_lock)
            _changed.UnionWith(ingests);
        _signal.Set();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll(
                FollowAsync(stoppingToken),
                BackgroundRounds.RepeatAsync("webhook-sweep", options.Value.SweepInterval, SweepAsync, logger, stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _signal.WaitAsync(Timeout.InfiniteTimeSpan, cancellationToken);
            Guid[] changed;
            lock (_lock)
            {
                changed = [.. _changed];
                _changed.Clear();
            }

            await AdvanceAsync(changed, cancellationToken);
            await Task.Delay(Interval, cancellationToken);
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        if (await database.RunExclusivelyAsync("webhook-sweep", token => store.AdvanceAsync(ingests: null, token), cancellationToken) > 0)
            sender.Wake();
    }

    private async Task AdvanceAsync(Guid[] changed, CancellationToken cancellationToken)
    {
        try
        {
            if (await store.AdvanceAsync(changed, cancellationToken) > 0)
                sender.Wake();
        }
        catch (Exception exception) when (DatabaseOutage.Is(exception))
        {
            logger.LogDebug("Database unavailable: ended ingests not searched: {Reason}. The next sweep finds them.", exception.Message);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogError(exception, "Ended ingests not searched. The next sweep finds them.");
        }
    }
}
