using MangaMotion.Client;
using MangaMotion.Ingest.Api;
using MangaMotion.Ingest.Keys;
using MangaMotion.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace MangaMotion.Ingest.Ingests;

internal static class IngestEndpoints
{
    public static void MapIngests(this IEndpointRouteBuilder api)
    {
        api.MapPost("/ingest", AcceptAsync)
            .WithName("ingest")
            .WithSummary("Submit files, JSON records, or both; derivatives are made and records stored asynchronously.")
            .Accepts<IngestForm>("multipart/form-data", "application/json")
            .AddOpenApiOperationTransformer(DescribeReferencesAsync)
            .Produces<IngestAccepted>(202)
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422)
            .RequireScope(Scopes.Submit);
        api.MapGet("/ingest/{id:guid}/status", StatusAsync)
            .WithName("ingest-status")
            .WithSummary("How far an ingest is, and each of its assets.")
            .Produces<IngestStatus>()
            .ProducesProblem(404)
            .RequireScope(Scopes.Read);
    }

    private static async Task<IResult> AcceptAsync(HttpContext context, IngestAcceptor acceptor, IOptions<IngestOptions> options)
    {
        LimitBody(context, options.Value.MaxRequestBytes);
        var accepted = await acceptor.AcceptAsync(context.Request, context.OwnerId(), context.RequestAborted);
        var answer = new IngestAccepted(
            accepted.Id, "accepted", accepted.Files.Select(file => new AcceptedAsset(file.AssetId, file.Name, file.MediaType, file.Size)).ToArray());
        return Results.Accepted($"/api/v1/ingest/{accepted.Id}/status", answer);
    }

    private static async Task<IResult> StatusAsync(
        Guid id, HttpContext context, IngestStatusQuery query, string? pageToken, int pageSize = IngestStatusQuery.DefaultPageSize) =>
        await query.FindAsync(id, context.OwnerId(), PageToken.Read(pageToken), pageSize, context.RequestAborted) is { } status
            ? Results.Ok(status)
            : throw new ProblemException(404, "unknown_ingest", $"There is no ingest {id}, or it is not yours.");

    /// <summary>The JSON form is another than that of the files.</summary>
    private static async Task DescribeReferencesAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken) =>
        operation.RequestBody!.Content!["application/json"].Schema = await context.GetOrCreateSchemaAsync(typeof(IngestOfUploads), parameterDescription: null, cancellationToken);

    private static void LimitBody(HttpContext context, long bytes)
    {
        if (context.Request.ContentLength > bytes)
            throw new ProblemException(413, "request_too_large", $"The request declares {context.Request.ContentLength} bytes; the limit is {bytes} (Ingest__MaxRequestBytes).");
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = bytes;
    }
}
