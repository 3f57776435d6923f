using MangaMotion.Ingest.Accepting.Quotas;
using Microsoft.AspNetCore.Http.Features;

namespace MangaMotion.Ingest.Keys;

/// <summary>Endpoint metadata: the scope that a key must have; null for any valid key.</summary>
internal sealed record RequiredScope(string? Scope);

/// <summary>Requirements of an endpoint on the API key of a request.</summary>
internal static class KeyRequirements
{
    /// <summary>Requires a key with a scope.</summary>
    public static RouteHandlerBuilder RequireScope(this RouteHandlerBuilder endpoint, string? scope) =>
        endpoint.AddEndpointFilterFactory((factory, next) =>
        {
            var services = factory.ApplicationServices;
            var filter = new ApiKeyFilter(services.GetRequiredService<ApiKeyStore>(), services.GetRequiredService<OwnerQuotas>(), scope);
            return context => filter.InvokeAsync(context, next);
        })
        .WithMetadata(new RequiredScope(scope))
        .ProducesProblem(401)
        .ProducesProblem(403)
        .ProducesProblem(429)
        .ProducesProblem(503);

    /// <summary>Requires any valid key.</summary>
    public static RouteHandlerBuilder RequireKey(this RouteHandlerBuilder endpoint) => endpoint.RequireScope(scope: null);

    /// <summary>The key that <see cref="RequireScope"/> let through.</summary>
    public static ApiKey Key(this HttpContext context) => context.Features.GetRequiredFeature<ApiKey>();

    /// <summary>Owner of the key that <see cref="RequireScope"/> let through.</summary>
    public static Guid OwnerId(this HttpContext context) => context.Key().OwnerId;
}
