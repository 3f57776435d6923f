using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Ingest.Api;

namespace MangaMotion.Ingest.Keys;

/// <summary>
/// The audit: <c>GET /audit</c> lists the rows of changes. Deletions insert their rows in their transactions, other changes after the
/// commit (<see cref="Audited"/>). A submission has no row, because the ingest or video itself has owner and time.
/// </summary>
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
        var value = (result as IValueHttpResult)?.Value;
        var body = context.Arguments.FirstOrDefault(
            argument => argument is ReplayFailedJobs or CreateApiKey or RotateApiKey or VariantSet or CollectionCast);

        // Not the request's token: the change is made, so its row is inserted even if the caller disconnects.
        await context.HttpContext.RequestServices.GetRequiredService<AuditLog>()
            .AddAsync(context.HttpContext.ToAuditRow(body, FindCount(value), value), CancellationToken.None);
        return result;
    });

    /// <summary>Creates the row of a request that succeeded.</summary>
    /// <param name="body">Body that selected the changed rows; null for the query.</param>
    /// <param name="value">Answer; null without one.</param>
    public static AuditRow ToAuditRow(this HttpContext context, object? body = null, long? count = null, object? value = null)
    {
        var filter = body is not null ? JsonSerializer.Serialize(body, body.GetType(), ApiJson.Options)
            : context.Request.Query.Count == 0 ? null
            : JsonSerializer.Serialize(context.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()));
        var action = context.GetEndpoint()!.Metadata.GetRequiredMetadata<IEndpointNameMetadata>().EndpointName;
        return new(context.Key(), action, FindTarget(context.Request.RouteValues, value), filter, count);
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, AuditLog audit, OwnerFilter owners, string? action, Guid? key, string? target, string? owner,
        string? pageToken, int pageSize = ListQuery.DefaultPageSize) =>
        Results.Ok(await audit.ListAsync(
            await owners.ResolveAsync(context, owner), new(action, key, target), pageToken, pageSize, context.RequestAborted));

    private static string? FindTarget(RouteValueDictionary route, object? value) => value switch
    {
        ApiKeyCreated created => created.Info.Id.ToString(),
        ReplayProgress progress => progress.Id.ToString(),
        _ => (route["id"] ?? route["name"] ?? route["slug"])?.ToString(),
    };

    private static long? FindCount(object? value) => value switch
    {
        ReplayProgress progress => progress.Total,
        DeletedFailedJobs deleted => deleted.Deleted,
        _ => null,
    };
}
