using MangaMotion.Messaging.Postgres;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Background.Retention;

/// <summary>Keeps finished ingests no longer than <see cref="RetentionOptions.FinishedIngests"/>, where that is set.</summary>
internal sealed class RetentionService(IngestRetention retention, IOptions<RetentionOptions> options, ILogger<RetentionService> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var age = options.Value.FinishedIngests;
        if (age == TimeSpan.Zero)
            return;
        using var timer = new PeriodicTimer(options.Value.Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    if (await retention.RetainAsync(age, stoppingToken) is var removed and > 0)
                        logger.LogInformation("Removed {Count} ingests that were finished {Age} ago (Retention__FinishedIngests)", removed, age);
                }
                catch (Exception exception) when (exception is IOException || DatabaseOutage.Is(exception))
                {
                    logger.LogDebug("Old ingests not removed, a server is away; the next round comes by itself: {Reason}", exception.Message);
                }
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    // Unheard, it would end the whole service.
                    logger.LogError(exception, "Old ingests could not be removed");
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }
}
