using MangaMotion.Ingest.Accepting.Quotas;
using Microsoft.AspNetCore.Http.Features;

namespace MangaMotion.Ingest.Keys;

/// <summary>Endpoint metadata: the scope that a key must have.</summary>
internal sealed record RequiredScope(string Scope);

internal static class ApiKeyEndpoints
{
    /// <summary>The endpoint asks for a key with this scope.</summary>
    public static RouteHandlerBuilder RequireScope(this RouteHandlerBuilder endpoint, string scope) =>
        endpoint.AddEndpointFilterFactory((factory, next) =>
        {
            var filter = new ApiKeyFilter(factory.ApplicationServices.GetRequiredService<ApiKeyStore>(), factory.ApplicationServices.GetRequiredService<OwnerQuotas>(), scope);
            return context => filter.InvokeAsync(context, next);
        })
        .WithMetadata(new RequiredScope(scope))
        .ProducesProblem(401)
        .ProducesProblem(403)
        .ProducesProblem(429)
        .ProducesProblem(503);

    /// <summary>The key that <see cref="RequireScope"/> let through.</summary>
    public static Guid OwnerId(this HttpContext context) => context.Features.GetRequiredFeature<ApiKey>().OwnerId;
}
