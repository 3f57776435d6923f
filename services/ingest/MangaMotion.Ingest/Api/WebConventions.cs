using MangaMotion.Ingest.Accepting.Uploads;
using MangaMotion.ServiceDefaults.Configuration;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Api;

/// <summary>Compression and CORS of all answers.</summary>
internal static class WebConventions
{
    private const string Policy = "api";

    /// <summary>Text only: media are compressed already, and event streams must not wait in a buffer.</summary>
    private static readonly string[] CompressedTypes =
    [
        "application/json", "application/problem+json", "application/schema+json", "application/javascript", "text/plain", "text/html",
        "text/css", "text/vtt", "text/javascript",
    ];

    /// <summary>Headers of answers that a script of another origin may read.</summary>
    private static readonly string[] ExposedHeaders =
    [
        "Location", "ETag", "Retry-After", "Content-Disposition", "Content-Range", "Preference-Applied", "Idempotency-Replayed",
        .. TusHeaders.OfAnswers,
    ];

    public static void AddWebConventions(this IServiceCollection services)
    {
        services.AddResponseCompression(compression =>
        {
            compression.EnableForHttps = true;
            compression.MimeTypes = CompressedTypes;
        });
        services.AddValidatedOptions<CorsOptions>(CorsOptions.Section);
        services.AddCors();
        services.AddOptions<Microsoft.AspNetCore.Cors.Infrastructure.CorsOptions>()
            .Configure<IOptions<CorsOptions>>((cors, settings) => cors.AddPolicy(Policy, policy => Allow(policy, settings.Value.Origins)));
    }

    public static void UseWebConventions(this WebApplication app)
    {
        app.UseResponseCompression();
        app.UseCors(Policy);
    }

    private static void Allow(CorsPolicyBuilder policy, string origins)
    {
        // Without an origin the policy allows nothing.
        policy.WithOrigins(origins.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .AllowAnyHeader().AllowAnyMethod().WithExposedHeaders(ExposedHeaders).SetPreflightMaxAge(TimeSpan.FromHours(1));
    }
}
