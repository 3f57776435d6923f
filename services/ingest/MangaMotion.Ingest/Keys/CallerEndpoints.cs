using MangaMotion.Api;
using MangaMotion.Ingest.Accepting.Quotas;
using MangaMotion.Media;
using MangaMotion.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Keys;

/// <summary>Endpoints that describe the caller's key and the limits of the service.</summary>
internal static class CallerEndpoints
{
    public static void MapCallers(this IEndpointRouteBuilder api)
    {
        api.MapGet("/me", GetMeAsync)
            .WithName("getMe").WithSummary("The key of the request: name, owner, scopes, limits, quotas used.")
            .Produces<Me>().RequireKey();
        api.MapGet("/limits", (IOptions<IngestOptions> options) => Results.Ok(ReadLimits(options.Value)))
            .WithName("getLimits").WithSummary("Limits of one request, and the supported media types.")
            .Produces<RequestLimits>().RequireKey();
    }

    private static async Task<IResult> GetMeAsync(
        HttpContext context, OwnerQuotas quotas, ServiceIdentity identity, IOptions<IngestOptions> options)
    {
        var key = context.Key();
        return Results.Ok(new Me(
            key.Id, key.Name, key.OwnerId, [.. Scopes.All.Where(key.Scopes.Contains)], key.IsFirst, identity.Version,
            ReadLimits(options.Value), await quotas.ReadAsync(key.OwnerId, context.RequestAborted)));
    }

    private static RequestLimits ReadLimits(IngestOptions options) => new(
        options.MaxFiles, options.MaxFileBytes, options.MaxRequestBytes, options.MaxFieldBytes, options.MaxOpenUploads,
        options.MaxWait.TotalSeconds, [.. MediaType.All.Select(type => type.Name).Distinct()]);
}
