using System.Collections.Concurrent;
using System.Threading.Channels;
using MangaMotion.Messaging.Postgres;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Background.Webhooks;

/// <summary>Sends what is due, each delivery at least once, and puts off what its receiver did not take.</summary>
internal sealed class WebhookSender(WebhookStore store, WebhookHttp http, IOptions<WebhookOptions> options, ILogger<WebhookSender> logger) : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConcurrentDictionary<Guid, Task> _busy = new();
    private readonly WebhookOptions _options = options.Value;

    /// <summary>Something is due.</summary>
    public void Wake() => _signal.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var pause = await SendDueAsync(stoppingToken);
                await WaitAsync(pause, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is under way is broken off, and sent again when its lease is over.
            await Task.WhenAll(_busy.Values);
        }
    }

    /// <returns>The time until the next one is due.</returns>
    private async Task<TimeSpan> SendDueAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Twice the longest attempt: a delivery under way is not sent a second time.
            var free = _options.Concurrency - _busy.Count;
            if (free > 0)
            {
                foreach (var delivery in await store.ClaimAsync([.. _busy.Keys], free, _options.Timeout * 2 + LongestPause, cancellationToken))
                {
                    // It may be over, and have left the dictionary, before it is known here.
                    _busy[delivery.OwnerId] = Task.CompletedTask;
                    _busy.TryUpdate(delivery.OwnerId, SendAsync(delivery, cancellationToken), Task.CompletedTask);
                }
            }

            // What is due already belongs to an owner that is busy; the end of that delivery wakes us.
            return await store.UntilNextAsync(cancellationToken) is { } next && next > TimeSpan.Zero && next < LongestPause ? next : LongestPause;
        }
        catch (Exception exception) when (DatabaseOutage.Is(exception))
        {
            logger.LogDebug("Webhooks not sent, the database is away: {Reason}", exception.Message);
            return LongestPause;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogError(exception, "Webhooks could not be sent");
            return LongestPause;
        }
    }

    private async Task SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            var secrets = await store.GetSecretsAsync(delivery.OwnerId, cancellationToken);
            var receipt = await http.SendAsync(delivery, secrets, cancellationToken);
            var last = receipt.Error is null || receipt.Final || delivery.Attempt >= _options.MaxAttempts;
            TimeSpan? again = last ? null : _options.DelayAfter(delivery.Attempt, Random.Shared.NextDouble());
            await store.EndAsync(delivery, receipt.Error, again, cancellationToken);
            if (receipt.Error is not null)
                logger.LogInformation("Webhook delivery {DeliveryId}, attempt {Attempt}, was not taken: {Reason}", delivery.Id, delivery.Attempt, receipt.Error);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The service stops.
        }
        catch (Exception exception)
        {
            logger.LogWarning(exception, "Webhook delivery {DeliveryId} broke off; it is sent again when its lease is over", delivery.Id);
        }
        finally
        {
            _busy.TryRemove(delivery.OwnerId, out _);
            Wake();
        }
    }

    private async Task WaitAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(pause);
        try
        {
            await _signal.Reader.ReadAsync(timer.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The next one is due.
        }
    }
}
