using MangaMotion.Ingest.Accepting.Videos;
using MangaMotion.ServiceDefaults;

namespace MangaMotion.Ingest.Api;

/// <summary>The answer at <c>/</c>, the published schemas below <c>/schemas</c>, and the presets below <c>/presets</c>.</summary>
internal static class ServiceIndex
{
    public const string ScriptSchema = "/schemas/video-script.v1.json";
    public const string PresetSchema = "/schemas/video-preset.v1.json";
    private const string SchemaPrefix = "MangaMotion.Ingest.Schemas.";

    public static void MapServiceIndex(this WebApplication app)
    {
        app.MapGet("/", (ServiceIdentity identity) => Results.Ok(new Index(
            "MangaMotion", identity.Version,
            new Links("/api/v1", "/openapi/v1.json", "/docs", ScriptSchema, "/health/ready", "/metrics")))).ExcludeFromDescription();
        app.MapGet("/schemas/{name}", (string name) =>
            typeof(ServiceIndex).Assembly.GetManifestResourceStream(SchemaPrefix + name) is { } schema
                ? Results.Stream(schema, "application/schema+json")
                : Results.NotFound()).ExcludeFromDescription();
        app.MapGet("/presets/{name}.json", (string name) => PresetDocument.Open(name) is { } preset
            ? Results.Stream(preset, "application/json")
            : Results.NotFound()).ExcludeFromDescription();
    }

    private sealed record Index(string Name, string Version, Links Links);

    private sealed record Links(string Api, string Openapi, string Docs, string ScriptSchema, string Health, string Metrics);
}
