using MangaMotion.Messaging.Postgres;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Background.Orphans;

/// <summary>Sweeps from time to time.</summary>
internal sealed class OrphanSweeper(OrphanSweep sweep, IOptions<SweepOptions> options, ILogger<OrphanSweeper> logger) : BackgroundService
{
    private readonly SweepOptions _options = options.Value;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll(
                RepeatAsync(_options.UploadInterval, sweep.ExpireUploadsAsync, "uploads that nobody handed in", stoppingToken),
                _options.Enabled
                    ? RepeatAsync(_options.Interval, async token => await sweep.SweepAsync(_options.MinAge, token) ?? 0, "objects that belonged to nothing", stoppingToken)
                    : Task.CompletedTask);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private async Task RepeatAsync(TimeSpan interval, Func<CancellationToken, Task<int>> remove, string what, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                var removed = await remove(cancellationToken);
                if (removed > 0)
                    logger.LogInformation("Removed {Count} {What} from the store", removed, what);
            }
            catch (Exception exception) when (exception is IOException || DatabaseOutage.Is(exception))
            {
                logger.LogDebug("Not swept, a server is away; the next round comes by itself: {Reason}", exception.Message);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                logger.LogError(exception, "The store could not be swept of {What}", what);
            }
        }
    }
}
