using System.ComponentModel.DataAnnotations;
using MangaMotion.Api;
using MangaMotion.Ingest.Accepting.Ingests;
using MangaMotion.Ingest.Accepting.Videos;
using MangaMotion.Ingest.Api;
using MangaMotion.Ingest.Keys;
using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Reading.Collections;

internal static class CollectionEndpoints
{
    public static void MapCollections(this IEndpointRouteBuilder api)
    {
        api.MapGet("/collections", ListAsync)
            .WithName("listCollections").WithSummary("Collections by name, with the number and the times of their ingests.")
            .Produces<CollectionList>().ProducesProblem(400).RequireScope(Scopes.Read);
        api.MapGet("/collections/{slug}/status", StatusAsync)
            .WithName("getCollectionStatus").WithSummary("Progress of all ingests of a collection together.")
            .Produces<CollectionStatus>().ProducesProblem(404).RequireScope(Scopes.Read);
        api.MapGet("/collections/{slug}/variants", GetVariantsAsync)
            .WithName("getCollectionVariants").WithSummary("Variants that are made of each file of a collection.")
            .Produces<VariantSet>().ProducesProblem(400).ProducesProblem(404).RequireScope(Scopes.Read);
        api.MapPut("/collections/{slug}/variants", SetVariantsAsync)
            .WithName("setCollectionVariants").WithSummary("Replace the variants of a collection; files that are submitted later get them.")
            .Produces<VariantSet>().ProducesProblem(400).ProducesProblem(404).RequireScope(Scopes.Submit).Audited();
        api.MapGet("/collections/{slug}/cast", GetCastAsync)
            .WithName("getCollectionCast").WithSummary("Voices of the speakers of a collection, and how its names are said.")
            .Produces<CollectionCast>().ProducesProblem(400).ProducesProblem(404).RequireScope(Scopes.Read);
        api.MapPut("/collections/{slug}/cast", SetCastAsync)
            .WithName("setCollectionCast").WithSummary("Replace the cast of a collection; videos that are submitted later take it.")
            .Produces<CollectionCast>().ProducesProblem(400).ProducesProblem(404).RequireScope(Scopes.Submit).Audited();
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, CollectionListQuery collections, string? pageToken,
        [Range(1, ListQuery.MaxPageSize)] int pageSize = ListQuery.DefaultPageSize) =>
        Results.Ok(await collections.ListAsync(context.OwnerId(), pageToken, pageSize, context.RequestAborted));

    private static async Task<IResult> GetVariantsAsync(string slug, HttpContext context, VariantSets sets) =>
        await sets.FindAsync(context.OwnerId(), IngestRequest.CheckCollection(slug), context.RequestAborted) is { } set
            ? Results.Ok(set)
            : throw new ProblemException(404, "no_variants", $"Collection '{slug}' has no variants of its own; PUT sets them.");

    private static async Task<IResult> SetVariantsAsync(string slug, VariantSet set, HttpContext context, VariantSets sets)
    {
        await sets.SetAsync(context.OwnerId(), IngestRequest.CheckCollection(slug), set, context.RequestAborted);
        return Results.Ok(await sets.FindAsync(context.OwnerId(), slug, context.RequestAborted));
    }

    private static async Task<IResult> GetCastAsync(string slug, HttpContext context, CollectionCasts casts) =>
        await casts.FindAsync(context.OwnerId(), IngestRequest.CheckCollection(slug), context.RequestAborted) is { } cast
            ? Results.Ok(cast)
            : throw new ProblemException(404, "no_cast", $"Collection '{slug}' has no cast; PUT sets it.");

    private static async Task<IResult> SetCastAsync(string slug, CollectionCast cast, HttpContext context, CollectionCasts casts)
    {
        await casts.SetAsync(context.OwnerId(), IngestRequest.CheckCollection(slug), cast, context.RequestAborted);
        return Results.Ok(await casts.FindAsync(context.OwnerId(), slug, context.RequestAborted));
    }

    private static async Task<IResult> StatusAsync(string slug, HttpContext context, CollectionStatusQuery query) =>
        await query.FindAsync(slug, context.OwnerId(), context.RequestAborted) is { } status
            ? Results.Ok(status)
            : throw new ProblemException(404, "unknown_collection", "There is no such collection, or it is not yours.");
}
