using MangaMotion.Api;
using MangaMotion.Ingest.Keys;
using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Reading.Collections;

internal static class CollectionEndpoints
{
    public static void MapCollections(this IEndpointRouteBuilder api) =>
        api.MapGet("/collections/{slug}/status", StatusAsync)
            .WithName("getCollectionStatus").WithSummary("How far all ingests of a collection are together.")
            .Produces<CollectionStatus>().ProducesProblem(404).RequireScope(Scopes.Read);

    private static async Task<IResult> StatusAsync(string slug, HttpContext context, CollectionStatusQuery query) =>
        await query.FindAsync(slug, context.OwnerId(), context.RequestAborted) is { } status
            ? Results.Ok(status)
            : throw new ProblemException(404, "unknown_collection", "There is no such collection, or it is not yours.");
}
