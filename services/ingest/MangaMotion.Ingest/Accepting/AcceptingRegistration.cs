using MangaMotion.Ingest.Accepting.Idempotency;
using MangaMotion.Ingest.Accepting.Ingests;
using MangaMotion.Ingest.Accepting.Quotas;
using MangaMotion.Ingest.Accepting.Uploads;
using MangaMotion.Ingest.Accepting.Videos;
using MangaMotion.Jobs;
using MangaMotion.ServiceDefaults.Configuration;
using MangaMotion.Videos;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Accepting;

/// <summary>Registers the acceptance of ingests, direct uploads and videos, with idempotency keys and quotas.</summary>
internal static class AcceptingRegistration
{
    public static void AddAccepting(this IServiceCollection services)
    {
        services.AddJobs(JobTypes.Thumbnail, JobTypes.Records);
        services.AddVideos();
        services.AddValidatedOptions<QuotaOptions>(QuotaOptions.Section);
        services.AddSingleton<OwnerQuotas>();
        services.AddSingleton<IdempotencyKeys>();
        services.AddSingleton<UploadStore>();
        services.AddSingleton<UploadReferences>();
        services.AddSingleton<ResumableUploads>();
        services.AddSingleton<UploadSlots>();
        services.AddSingleton<UploadReader>();
        services.AddSingleton<CallbackPolicy>();
        services.AddSingleton<VariantSets>();
        services.AddSingleton<IngestRows>();
        services.AddSingleton<AcceptTransaction>();
        services.AddSingleton<StoredFiles>();
        services.AddSingleton<IngestAcceptor>();
        services.AddSingleton<IngestWaits>();
        services.AddSingleton(provider => IngestWaits.CreateHandler(provider.GetRequiredService<IngestWaits>()));
        services.AddSingleton<VideoVoices>();
        services.AddSingleton<CollectionCasts>();
        services.AddSingleton<VideoAcceptor>();
        services.AddRequestReading();
    }

    public static void MapAccepting(this IEndpointRouteBuilder api)
    {
        api.MapIngests();
        api.MapUploads();
        api.MapTus();
        api.MapVideos();
        api.MapScripts();
        api.MapShotPreviews();
    }

    /// <summary>Settings of the server for large request bodies.</summary>
    private static void AddRequestReading(this IServiceCollection services)
    {
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<IngestOptions>>((kestrel, ingest) =>
            kestrel.Limits.MinRequestBodyDataRate =
                ingest.Value is { MinBytesPerSecond: > 0 and var rate, SlowStart: var grace } ? new(rate, grace) : null);
        services.AddSingleton<IMemoryPoolFactory<byte>, RequestMemoryPool>();

        // Continuations run on the thread that read from the socket. They are this service's code, which blocks on the disk only.
        services.Configure<SocketTransportOptions>(sockets => sockets.UnsafePreferInlineScheduling = true);
    }
}
