using System.Threading.Channels;
using MangaMotion.Messaging.Postgres;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Ingest.Background.Webhooks;

/// <summary>Finds ends of ingests: those that the bus tells of at once, and what it lost with a sweep.</summary>
internal sealed class WebhookWatch(
    WebhookStore store, WebhookSender sender, NpgsqlDataSource database, IOptions<WebhookOptions> options, ILogger<WebhookWatch> logger) : BackgroundService
{
    /// <summary>Ingests that change in this time share one statement.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _lock = new();
    private readonly HashSet<Guid> _changed = [];

    /// <summary>Jobs of these ingests have changed.</summary>
    public void Tell(IReadOnlyList<Guid> ingests)
    {
        if (ingests.Count == 0)
            return;
        lock (_lock)
            _changed.UnionWith(ingests);
        _signal.Writer.TryWrite(true);
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
        while (await _signal.Reader.ReadAsync(cancellationToken))
        {
            Guid[] changed;
            lock (_lock)
            {
                changed = [.. _changed];
                _changed.Clear();
            }

            await AdvanceAsync(token => store.AdvanceAsync(changed, token), cancellationToken);
            await Task.Delay(Interval, cancellationToken);
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        if (await database.RunExclusivelyAsync("webhook-sweep", token => store.AdvanceAsync(ingests: null, token), cancellationToken) > 0)
            sender.Wake();
    }

    private async Task AdvanceAsync(Func<CancellationToken, Task<int>> advance, CancellationToken cancellationToken)
    {
        try
        {
            if (await advance(cancellationToken) > 0)
                sender.Wake();
        }
        catch (Exception exception) when (DatabaseOutage.Is(exception))
        {
            logger.LogDebug("Ends of ingests not looked for, the database is away; the sweep will: {Reason}", exception.Message);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogError(exception, "Ends of ingests could not be looked for");
        }
    }
}
