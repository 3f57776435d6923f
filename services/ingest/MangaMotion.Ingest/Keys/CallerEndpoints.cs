using MangaMotion.Api;
using MangaMotion.Ingest.Accepting.Quotas;
using MangaMotion.Media;
using MangaMotion.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Keys;

/// <summary>What a caller may know about itself and about the service before it submits anything.</summary>
internal static class CallerEndpoints
{
    public static void MapCallers(this IEndpointRouteBuilder api)
    {
        api.MapGet("/me", GetMeAsync)
            .WithName("getMe").WithSummary("The key of the request: name, owner, scopes, limits, quotas used.")
            .Produces<Me>().RequireKey();
        api.MapGet("/limits", (IOptions<IngestOptions> options) => Results.Ok(LimitsOf(options.Value)))
            .WithName("getLimits").WithSummary("Limits of one request, and the media types that are read.")
            .Produces<RequestLimits>().RequireKey();
    }

    private static async Task<IResult> GetMeAsync(
        HttpContext context, OwnerQuotas quotas, ServiceIdentity identity, IOptions<IngestOptions> options)
    {
        var key = context.Key();
        return Results.Ok(new Me(
            key.Id, key.Name, key.OwnerId, [.. Scopes.All.Where(key.Scopes.Contains)], key.IsFirst, identity.Version,
            LimitsOf(options.Value), await quotas.ReadAsync(key.OwnerId, context.RequestAborted)));
    }

    private static RequestLimits LimitsOf(IngestOptions options) => new(
        options.MaxFiles, options.MaxFileBytes, options.MaxRequestBytes, options.MaxFieldBytes, options.MaxOpenUploads,
        options.MaxWait.TotalSeconds, [.. MediaType.All.Select(type => type.Name).Distinct()]);
}
