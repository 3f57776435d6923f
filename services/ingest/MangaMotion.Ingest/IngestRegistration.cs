using System.Text.Json;
using System.Text.Json.Serialization;
using MangaMotion.Ingest.Accepting;
using MangaMotion.Ingest.Api;
using MangaMotion.Ingest.Background;
using MangaMotion.Ingest.Keys;
using MangaMotion.Ingest.Reading;
using MangaMotion.Messaging.Postgres.Schema;
using MangaMotion.ServiceDefaults.Bus;
using MangaMotion.ServiceDefaults.Configuration;
using MangaMotion.Storage;

namespace MangaMotion.Ingest;

/// <summary>The API service: its three rooms, and the keys and conventions that they share.</summary>
public static class IngestRegistration
{
    public static void AddIngest(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        builder.AddBus(_ => { });
        services.AddObjectStore(builder.Configuration);
        services.AddSchema(new SchemaScripts("ingest", typeof(IngestRegistration).Assembly, "MangaMotion.Ingest.Schema."));
        services.AddValidatedOptions<IngestOptions>(IngestOptions.Section);
        services.AddApiDescription();
        services.AddWebConventions();
        services.ConfigureHttpJsonOptions(http =>
        {
            http.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            http.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.Never;
            http.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            http.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        });
        services.AddKeys();
        services.AddAccepting();
        services.AddReading();
        services.AddBackground();
    }

    public static void MapIngest(this WebApplication app)
    {
        app.UseWebConventions();
        app.MapServiceIndex();
        app.MapOpenApi("/openapi/{documentName:regex(^v1$)}.json");
        app.MapApiReference();
        var api = app.MapGroup("/api/v1")
            .AddEndpointFilter(TextValidation.RejectNullCharacters)
            .AddEndpointFilter<RouteGroupBuilder, KnownParameters>()
            .AddEndpointFilter<RouteGroupBuilder, EntityTags>();
        api.MapKeys();
        api.MapCallers();
        api.MapAudit();
        api.MapAccepting();
        api.MapReading();
        api.MapBackground();
    }
}
