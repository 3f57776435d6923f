using MangaMotion.Api;
using MangaMotion.Ingest.Keys;
using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Background.Removal;

internal static class RemovalEndpoints
{
    public static void MapRemoval(this IEndpointRouteBuilder api)
    {
        api.MapDelete("/ingest/{id:guid}", DeleteIngestAsync)
            .WithName("deleteIngest").WithSummary("Delete an ingest with its jobs, files and records; running work is canceled.")
            .Produces(204).ProducesProblem(404).RequireScope(Scopes.Submit);
        api.MapDelete("/assets/{id:guid}", DeleteAssetAsync)
            .WithName("deleteAsset").WithSummary("Delete an asset with its derivatives.")
            .Produces(204).ProducesProblem(404).RequireScope(Scopes.Submit);
        api.MapDelete("/videos/{id:guid}", DeleteVideoAsync)
            .WithName("deleteVideo").WithSummary("Delete a video with its files, and its chapter unless other jobs use it.")
            .Produces(204).ProducesProblem(404).RequireScope(Scopes.Submit);
        api.MapPost("/takedowns", TakeDownAsync)
            .WithName("takeDown").WithSummary("Remove a file by its SHA-256, and the videos made of it.")
            .Produces<TakedownResult>().ProducesProblem(400).RequireScope(Scopes.Operate);
    }

    private static async Task<IResult> DeleteIngestAsync(Guid id, HttpContext context, IngestRemoval removal) =>
        await RemoveAsync(RemovalRequest.OfIngest(id, context.OwnerId()), context, removal)
            ?? throw new ProblemException(404, "unknown_ingest", $"There is no ingest {id}, or it is not yours.");

    private static async Task<IResult> DeleteAssetAsync(Guid id, HttpContext context, IngestRemoval removal) =>
        await RemoveAsync(RemovalRequest.OfAsset(id, context.OwnerId()), context, removal)
            ?? throw new ProblemException(404, "unknown_asset", $"There is no asset {id}, or it is not yours.");

    private static async Task<IResult> DeleteVideoAsync(Guid id, HttpContext context, IngestRemoval removal) =>
        await RemoveAsync(RemovalRequest.OfVideo(id, context.OwnerId()), context, removal)
            ?? throw new ProblemException(404, "unknown_video", $"There is no video {id}, or it is not yours.");

    private static async Task<IResult> TakeDownAsync(
        TakedownRequest request, HttpContext context, IngestRemoval removal, OwnerFilter owners)
    {
        if (request.Sha256 is not { Length: 64 } hash || !hash.All(char.IsAsciiHexDigit))
            throw new ProblemException(400, "invalid_field", "The field 'sha256' must be 64 hexadecimal digits.");
        var removed = await removal.RemoveAsync(
            RemovalRequest.OfHash(hash.ToLowerInvariant(), await owners.ResolveAsync(context, request.Owner)),
            set => context.ToAuditRow(request, set.Assets.Length + set.Videos));
        return Results.Ok(new TakedownResult(removed!.Assets.Length, removed.Videos));
    }

    private static async Task<IResult?> RemoveAsync(RemovalRequest request, HttpContext context, IngestRemoval removal) =>
        await removal.RemoveAsync(request, _ => context.ToAuditRow()) is null ? null : Results.NoContent();
}
