using MangaMotion.Ingest.Background.Removal;
using MangaMotion.Messaging.Postgres;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Background.Orphans;

/// <summary>Sweeps the store at intervals: expired uploads, objects of deleted rows, and objects without a row.</summary>
internal sealed class OrphanSweeper(
    OrphanSweep sweep, ObjectRemovals removals, IOptions<SweepOptions> options, TimeProvider time, ILogger<OrphanSweeper> logger)
    : BackgroundService
{
    private readonly SweepOptions _options = options.Value;

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var overdue = BackgroundRounds.RepeatAsync("object-removal", _options.UploadInterval, RemoveOverdueAsync, logger, stoppingToken);
        var expiry = BackgroundRounds.RepeatAsync("upload-expiry", _options.UploadInterval, ExpireAsync, logger, stoppingToken);
        return _options.Enabled
            ? Task.WhenAll(
                overdue, expiry, BackgroundRounds.RepeatAsync("orphan-sweep", _options.Interval, SweepAsync, logger, stoppingToken))
            : Task.WhenAll(overdue, expiry);
    }

    private async Task ExpireAsync(CancellationToken cancellationToken)
    {
        if (await sweep.ExpireUploadsAsync(cancellationToken) is var removed and > 0)
            logger.LogInformation("Removed {Count} expired uploads from the store.", removed);
    }

    private async Task RemoveOverdueAsync(CancellationToken cancellationToken)
    {
        if (await removals.RemoveOverdueAsync(cancellationToken) is var finished and > 0)
            logger.LogInformation("Removed the objects of {Count} earlier deletions from the store.", finished);
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        var replaced = 0;
        while (await removals.AddReplacedAsync(time.GetUtcNow() - _options.MinAge, cancellationToken) is var files and > 0)
            replaced += files;
        if (replaced > 0)
            logger.LogInformation("{Count} files of replaced videos are removed from the store.", replaced);
        if (await sweep.SweepAsync(_options.MinAge, cancellationToken) is { } removed and > 0)
            logger.LogInformation("Removed {Count} objects without a row from the store.", removed);
    }
}
