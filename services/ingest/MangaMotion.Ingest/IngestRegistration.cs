using System.Text.Json;
using System.Text.Json.Serialization;
using MangaMotion.Ingest.Api;
using MangaMotion.Ingest.Assets;
using MangaMotion.Ingest.Collections;
using MangaMotion.Ingest.DeadLetters;
using MangaMotion.Ingest.Events;
using MangaMotion.Ingest.Idempotency;
using MangaMotion.Ingest.Ingests;
using MangaMotion.Ingest.Jobs;
using MangaMotion.Ingest.Keys;
using MangaMotion.Ingest.Operations;
using MangaMotion.Ingest.Orphans;
using MangaMotion.Ingest.Records;
using MangaMotion.Ingest.Retention;
using MangaMotion.Ingest.Uploads;
using MangaMotion.Ingest.Videos;
using MangaMotion.Ingest.Webhooks;
using MangaMotion.Jobs;
using MangaMotion.Messaging.Postgres.Schema;
using MangaMotion.RecordStore;
using MangaMotion.ServiceDefaults.Bus;
using MangaMotion.ServiceDefaults.Configuration;
using MangaMotion.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest;

/// <summary>The API, whole.</summary>
public static class IngestRegistration
{
    public static void AddIngest(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        builder.AddBus(_ => { });
        services.AddObjectStore(builder.Configuration);
        services.AddJobs(JobTypes.Thumbnail, JobTypes.Records, JobTypes.Video);
        services.AddSchema(new SchemaScripts("ingest", typeof(IngestRegistration).Assembly, "MangaMotion.Ingest.Schema."));
        services.AddValidatedOptions<IngestOptions>(IngestOptions.Section);
        services.AddApiDescription();
        services.ConfigureHttpJsonOptions(http =>
        {
            http.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            http.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.Never;
            http.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            http.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        });

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

        services.AddSingleton<UploadStore>();
        services.AddSingleton<UploadReferences>();
        services.AddValidatedOptions<SweepOptions>(SweepOptions.Section);
        services.AddSingleton<OrphanSweep>();
        services.AddHostedService<OrphanSweeper>();
        services.AddValidatedOptions<RetentionOptions>(RetentionOptions.Section);
        services.AddSingleton<IngestRetention>();
        services.AddHostedService<RetentionService>();

        services.AddSingleton<ApiKeyStore>();
        services.AddSingleton<KeyQuery>();
        services.AddSingleton<PutTurns>();
        services.AddSingleton<UploadReader>();
        services.AddSingleton<IngestAcceptor>();
        services.AddSingleton<IngestStatusQuery>();
        services.AddSingleton<IngestWaits>();
        services.AddSingleton(provider => IngestWaits.Handler(provider.GetRequiredService<IngestWaits>()));
        services.AddSingleton<IdempotencyKeys>();
        services.AddHostedService<ExpiredKeys>();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<IngestOptions>>((kestrel, ingest) => kestrel.Limits.MinRequestBodyDataRate =
            ingest.Value is { MinBytesPerSecond: > 0 and var rate, SlowStart: var grace } ? new(rate, grace) : null);

        services.AddSingleton<IMemoryPoolFactory<byte>, LargeBlocks>();

        // Without a change of threads after each read: what then runs on the reading thread is this service's code, which waits
        // for nothing there but the disk.
        services.Configure<SocketTransportOptions>(sockets => sockets.UnsafePreferInlineScheduling = true);
        services.AddSingleton<JobQuery>();
        services.AddSingleton<JobListQuery>();
        services.AddSingleton<CollectionStatusQuery>();
        services.AddOperations();
        services.AddValidatedOptions<QuotaOptions>(QuotaOptions.Section);
        services.AddSingleton<Quotas>();
        services.AddSingleton<AssetQuery>();
        services.AddRecordStore();
        services.AddSingleton<RecordOwnership>();
        services.AddDeadLetters();
        services.AddSingleton<VideoAcceptor>();
        services.AddSingleton<VideoQuery>();
    }

    public static void MapIngest(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapApiReference();
        var api = app.MapGroup("/api/v1").AddEndpointFilter<RouteGroupBuilder, NullCharacters>();
        api.MapIngests();
        api.MapJobs();
        api.MapCollections();
        api.MapOperations();
        api.MapAssets();
        api.MapEvents();
        api.MapWebhooks();
        api.MapRecords();
        api.MapDeadLetters();
        api.MapKeys();
        api.MapUploads();
        api.MapVideos();
    }
}
