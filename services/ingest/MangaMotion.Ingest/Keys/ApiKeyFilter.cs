using MangaMotion.Ingest.Accepting.Quotas;
using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Keys;

/// <summary>Rejects a request whose key lacks the scope of the endpoint, or whose owner sends too many requests.</summary>
internal sealed class ApiKeyFilter(ApiKeyStore keys, OwnerQuotas quotas, string? scope) : IEndpointFilter
{
    private const string Bearer = "Bearer ";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var sent = ReadKey(http.Request)
            ?? throw new ProblemException(401, "missing_api_key", "Send your API key as X-Api-Key or as Authorization: Bearer.");
        var key = await keys.FindAsync(sent, http.RequestAborted)
            ?? throw new ProblemException(401, "invalid_api_key", "This API key is unknown, expired or revoked.");
        if (scope is not null && !key.Scopes.Contains(scope))
            throw new ProblemException(403, "missing_scope", $"This API key lacks the scope '{scope}'.");
        quotas.CountRequest(key.OwnerId);
        http.Features.Set(key);
        return await next(context);
    }

    private static string? ReadKey(HttpRequest request)
    {
        if (request.Headers["X-Api-Key"] is [{ Length: > 0 } key])
            return key;
        return request.Headers.Authorization is [{ } authorization] && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..].Trim()
            : null;
    }
}
