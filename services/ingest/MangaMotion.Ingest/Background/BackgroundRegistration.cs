using MangaMotion.Ingest.Background.Events;
using MangaMotion.Ingest.Background.Expiry;
using MangaMotion.Ingest.Background.Orphans;
using MangaMotion.Ingest.Background.Removal;
using MangaMotion.Ingest.Background.Retention;
using MangaMotion.Ingest.Background.Series;
using MangaMotion.Ingest.Background.Webhooks;
using MangaMotion.ServiceDefaults.Bus;
using MangaMotion.ServiceDefaults.Configuration;

namespace MangaMotion.Ingest.Background;

/// <summary>
/// Registers the work without a request: events, webhooks, retention, removal, orphaned objects, expiry, statistics over time.
/// </summary>
internal static class BackgroundRegistration
{
    public static void AddBackground(this IServiceCollection services)
    {
        services.AddValidatedOptions<EventsOptions>(EventsOptions.Section);
        services.AddSingleton<JobEventQuery>();
        services.AddSingleton<EventHub>();
        services.AddSingleton<IEndpointMap, EventsEndpoint>();

        services.AddValidatedOptions<WebhookOptions>(WebhookOptions.Section);
        services.AddSingleton<WebhookStore>();
        services.AddSingleton<WebhookHttp>();
        services.AddSingleton<WebhookSender>();
        services.AddHostedService(provider => provider.GetRequiredService<WebhookSender>());
        services.AddSingleton<WebhookWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<WebhookWatch>());

        services.AddValidatedOptions<SweepOptions>(SweepOptions.Section);
        services.AddSingleton<OrphanSweep>();
        services.AddHostedService<OrphanSweeper>();
        services.AddValidatedOptions<RetentionOptions>(RetentionOptions.Section);
        services.AddSingleton<ObjectRemovals>();
        services.AddSingleton<IngestRemoval>();
        services.AddHostedService<AuditRetention>();
        services.AddSingleton<IngestRetention>();
        services.AddHostedService<RetentionService>();
        services.AddValidatedOptions<DeadLetterOptions>(DeadLetterOptions.Section);
        services.AddSingleton<DeadLetterPurge>();
        services.AddHostedService<DeadLetterRetention>();
        services.AddHostedService<IdempotencyKeyExpiry>();
        services.AddHostedService<SeriesRecorder>();
        services.AddHostedService<OldestWaiting>();
    }

    public static void MapBackground(this IEndpointRouteBuilder api)
    {
        api.MapEvents();
        api.MapWebhooks();
        api.MapRemoval();
    }
}
