using System.Collections.Concurrent;
using MangaMotion.Jobs.Notices;
using MangaMotion.Messaging.Postgres;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Background.Webhooks;

/// <summary>Sends due deliveries, each at least once, and schedules the next attempt of a rejected one.</summary>
internal sealed class WebhookSender(WebhookStore store, WebhookHttp http, IOptions<WebhookOptions> options, ILogger<WebhookSender> logger)
    : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly WakeSignal _signal = new();
    private readonly ConcurrentDictionary<Guid, Task> _busy = new();
    private readonly WebhookOptions _options = options.Value;

    /// <summary>Has the sender search for due deliveries.</summary>
    public void Wake() => _signal.Set();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var pause = await SendDueAsync(stoppingToken);
                await _signal.WaitAsync(pause, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Deliveries in progress are canceled. They are sent again when their leases end.
            await Task.WhenAll(_busy.Values);
        }
    }

    /// <returns>Time until the next delivery is due.</returns>
    private async Task<TimeSpan> SendDueAsync(CancellationToken cancellationToken)
    {
        try
        {
            // The lease is twice the longest attempt, so a delivery in progress is not sent a second time.
            var free = _options.Concurrency - _busy.Count;
            if (free > 0)
            {
                var lease = _options.Timeout * 2 + LongestPause;
                foreach (var delivery in await store.ClaimAsync([.. _busy.Keys], free, lease, cancellationToken))
                {
                    // SendAsync may end, and remove its entry, before its task is stored. TryUpdate does not add the entry again then.
                    _busy[delivery.OwnerId] = Task.CompletedTask;
                    _busy.TryUpdate(delivery.OwnerId, SendAsync(delivery, cancellationToken), Task.CompletedTask);
                }
            }

            // A delivery that is due already belongs to a busy owner. The end of that owner's delivery wakes this loop.
            var next = await store.GetTimeToNextAsync(cancellationToken);
            return next > TimeSpan.Zero && next < LongestPause ? next.Value : LongestPause;
        }
        catch (Exception exception) when (DatabaseOutage.Is(exception))
        {
            logger.LogDebug("Database unavailable: webhooks not sent: {Reason}. Retrying.", exception.Message);
            return LongestPause;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogError(exception, "Webhooks not sent. Retrying.");
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
            {
                logger.LogInformation(
                    "Webhook delivery {DeliveryId} failed at attempt {Attempt}: {Reason}", delivery.Id, delivery.Attempt, receipt.Error);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The service stops.
        }
        catch (Exception exception)
        {
            logger.LogWarning(exception, "Webhook delivery {DeliveryId} interrupted. It is sent again when its lease ends.", delivery.Id);
        }
        finally
        {
            _busy.TryRemove(delivery.OwnerId, out _);
            Wake();
        }
    }
}
