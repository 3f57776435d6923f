using MangaMotion.Api;
using MangaMotion.Ingest.Api;
using MangaMotion.Ingest.Keys;
using MangaMotion.ServiceDefaults.Problems;
using MangaMotion.Storage;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace MangaMotion.Ingest.Reading.Assets;

internal static class AssetEndpoints
{
    public static void MapAssets(this IEndpointRouteBuilder api)
    {
        api.MapGet("/assets/{id:guid}/{variant}", GetAsync)
            .WithName("getAsset").WithSummary("The original or a derivative: a redirect to the store, or its bytes.")
            .Produces(200).Produces(302).ProducesProblem(404).RequireScope(Scopes.Read);
        api.MapGet("/assets/{id:guid}/variants/{name}", GetVariantAsync)
            .WithName("getAssetVariant")
            .WithSummary("A derivative by its name in the result, also one that the caller chose: a redirect to the store, or its bytes.")
            .Produces(200).Produces(302).ProducesProblem(404).RequireScope(Scopes.Read);
    }

    /// <summary>Writes the path below which the derivatives of an asset are served by name.</summary>
    internal static string WriteFilesUrl(Guid asset) => $"/api/v1/assets/{asset}/variants";

    private static async Task<IResult> GetAsync(
        Guid id, [Values(typeof(AssetVariants))] string variant, HttpContext context, AssetQuery assets, IObjectStore store,
        IOptions<IngestOptions> options)
    {
        if (!AssetVariants.All.Contains(variant))
        {
            throw new ProblemException(404, "unknown_variant",
                $"There is no variant '{variant}'; there are {string.Join(", ", AssetVariants.All)}. "
                + "Variants that you chose are at /assets/ID/variants/NAME.");
        }

        var found = await assets.FindAsync(id, variant, context.OwnerId(), context.RequestAborted)
            ?? throw new ProblemException(
                404, "unknown_asset", $"There is no {variant} of asset {id}, it is not made yet, or the asset is not yours.");

        return await AnswerAsync(found, context, store, options.Value);
    }

    private static async Task<IResult> GetVariantAsync(
        Guid id, string name, HttpContext context, AssetQuery assets, IObjectStore store, IOptions<IngestOptions> options) =>
        await assets.FindAsync(id, name, context.OwnerId(), context.RequestAborted) is { } found
            ? await AnswerAsync(found, context, store, options.Value)
            : throw new ProblemException(404, "unknown_variant",
                $"There is no variant '{NearestName.Shorten(name)}' of asset {id}, it is not made yet, or the asset is not yours.");

    /// <summary>Answers with a stored object: a redirect to the store, or its bytes.</summary>
    internal static async Task<IResult> AnswerAsync(StoredAsset found, HttpContext context, IObjectStore store, IngestOptions options)
    {
        var isHead = HttpMethods.IsHead(context.Request.Method);
        var link = store.PresignGet(found.Key, new(options.LinkLifetime) { DownloadName = found.DownloadName, HeadOnly = isHead });
        return link is null ? await StreamAsync(found, context, store) : Results.Redirect(link.ToString());
    }

    private static async Task<IResult> StreamAsync(StoredAsset asset, HttpContext context, IObjectStore store)
    {
        var info = await store.HeadAsync(asset.Key, context.RequestAborted)
            ?? throw new ProblemException(404, "missing_object", "The object is not in the store any more.");

        // The bytes of a caller must not be treated as a page or script of this origin.
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers.CacheControl = "private, max-age=300";
        var tag = info.Sha256 is null ? null : new EntityTagHeaderValue($"\"{info.Sha256}\"");
        var stream = new ObjectStream(store, asset.Key, info.Length);
        return Results.Stream(stream, info.ContentType, asset.DownloadName, info.ModifiedAt, tag, enableRangeProcessing: true);
    }
}
