using MangaMotion.Messaging.Postgres;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Background.Retention;

/// <summary>Keeps finished ingests no longer than <see cref="RetentionOptions.FinishedIngests"/>, if that is set.</summary>
internal sealed class RetentionService(IngestRetention retention, IOptions<RetentionOptions> options, ILogger<RetentionService> logger)
    : BackgroundService
{
    private readonly TimeSpan _age = options.Value.FinishedIngests;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _age == TimeSpan.Zero
        ? Task.CompletedTask
        : BackgroundRounds.RepeatAsync("ingest-retention", options.Value.Interval, RetainAsync, logger, stoppingToken);

    private async Task RetainAsync(CancellationToken cancellationToken)
    {
        if (await retention.RetainAsync(_age, cancellationToken) is var removed and > 0)
            logger.LogInformation("Removed {Count} ingests that finished {Age} ago (Retention__FinishedIngests).", removed, _age);
    }
}
