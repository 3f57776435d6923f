using MangaMotion.Ingest.Keys;
using MangaMotion.Messaging.Postgres;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Background.Retention;

/// <summary>Keeps audit rows no longer than <see cref="RetentionOptions.Audit"/>.</summary>
internal sealed class AuditRetention(AuditLog audit, IOptions<RetentionOptions> options, ILogger<AuditRetention> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => BackgroundRounds.RepeatAsync(
        "audit-retention", options.Value.Interval, token => audit.DeleteAsync(options.Value.Audit, token), logger, stoppingToken);
}
