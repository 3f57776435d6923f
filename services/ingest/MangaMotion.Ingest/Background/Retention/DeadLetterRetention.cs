using MangaMotion.Messaging.Postgres;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Background.Retention;

/// <summary>Keeps dead letters no longer than <see cref="DeadLetterOptions.Retention"/>.</summary>
internal sealed class DeadLetterRetention(DeadLetterPurge purge, IOptions<DeadLetterOptions> options, ILogger<DeadLetterRetention> logger)
    : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        BackgroundRounds.RepeatAsync("dead-letter-retention", options.Value.RetentionInterval, RetainAsync, logger, stoppingToken);

    private async Task RetainAsync(CancellationToken cancellationToken)
    {
        var age = options.Value.Retention;
        if (await purge.RetainAsync(age, cancellationToken) is var deleted and > 0)
            logger.LogInformation("Deleted {Count} dead letters older than {Retention} (DeadLetters__Retention).", deleted, age);
    }
}
