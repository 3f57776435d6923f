using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Ingest.Api;

namespace MangaMotion.Ingest.Keys;

/// <summary>The audit: every operation that is <see cref="Audited"/> leaves a row, and <c>GET /audit</c> lists them.</summary>
internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder api) =>
        api.MapGet("/audit", ListAsync)
            .WithName("listAudit").WithSummary("Changes that callers made, newest first: key, action, target, filter, count, time.")
            .Produces<AuditList>().ProducesProblem(400).RequireScope(Scopes.Operate);

    /// <summary>Records each success of the operation under its name. Call it after <c>RequireScope</c>.</summary>
    public static RouteHandlerBuilder Audited(this RouteHandlerBuilder endpoint) => endpoint.AddEndpointFilter(async (context, next) =>
    {
        var result = await next(context);
        var http = context.HttpContext;
        var action = http.GetEndpoint()!.Metadata.GetRequiredMetadata<IEndpointNameMetadata>().EndpointName;
        var value = (result as IValueHttpResult)?.Value;
        var filter = context.Arguments.FirstOrDefault(argument => argument is ReplayFailedJobs or TakedownRequest or CreateApiKey) is { } body
            ? JsonSerializer.Serialize(body, body.GetType(), ApiJson.Options)
            : http.Request.Query.Count == 0 ? null
            : JsonSerializer.Serialize(http.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()));

        // The change is made; a caller that disconnects does not take its row away.
        await http.RequestServices.GetRequiredService<AuditLog>()
            .AddAsync(http.Key(), action, TargetOf(http.Request.RouteValues, value), filter, CountOf(value), CancellationToken.None);
        return result;
    });

    private static async Task<IResult> ListAsync(
        HttpContext context, AuditLog audit, OwnerFilter owners, string? action, string? owner, string? pageToken,
        int pageSize = ListQuery.DefaultPageSize) =>
        Results.Ok(await audit.ListAsync(await owners.ResolveAsync(context, owner), action, pageToken, pageSize, context.RequestAborted));

    private static string? TargetOf(RouteValueDictionary route, object? value) => value switch
    {
        ApiKeyCreated created => created.Info.Id.ToString(),
        ReplayProgress progress => progress.Id.ToString(),
        _ => (route["id"] ?? route["name"])?.ToString(),
    };

    private static long? CountOf(object? value) => value switch
    {
        ReplayProgress progress => progress.Total,
        DeletedFailedJobs deleted => deleted.Deleted,
        TakedownResult taken => taken.Assets + taken.Videos,
        _ => null,
    };
}
