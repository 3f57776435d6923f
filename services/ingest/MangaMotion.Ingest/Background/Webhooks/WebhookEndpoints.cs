using System.ComponentModel.DataAnnotations;
using MangaMotion.Api;
using MangaMotion.Ingest.Api;
using MangaMotion.Ingest.Keys;
using MangaMotion.ServiceDefaults.Problems;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Background.Webhooks;

internal static class WebhookEndpoints
{
    /// <summary>Name of the list in page tokens.</summary>
    private const string List = "deliveries";

    private const int DefaultPageSize = 100;
    private const int MaxPageSize = 1_000;

    public static void MapWebhooks(this IEndpointRouteBuilder api)
    {
        api.MapGet("/webhooks/deliveries", ListAsync)
            .WithName("listWebhookDeliveries")
            .WithSummary("Deliveries to callback_urls, newest first: sent and waiting ones.")
            .Produces<WebhookDeliveries>().ProducesProblem(400)
            .RequireScope(Scopes.Read);
        api.MapPost("/webhooks/deliveries/{id:guid}/replay", ReplayAsync)
            .WithName("replayWebhookDelivery")
            .WithSummary("Send a delivery again now; its attempts are reset.")
            .Produces(202).ProducesProblem(404).ProducesProblem(409)
            .RequireScope(Scopes.Submit).Audited();
        api.MapGet("/webhooks/secret", GetSecretAsync)
            .WithName("getWebhookSecret")
            .WithSummary("The secret that your deliveries are signed with.")
            .Produces<WebhookSecret>()
            .RequireScope(Scopes.Operate);
        api.MapPost("/webhooks/secret", RenewSecretAsync)
            .WithName("renewWebhookSecret")
            .WithSummary("Replace the secret. Deliveries are signed with both for a day (Webhooks__SecretOverlap), the new one first.")
            .Produces<WebhookSecret>()
            .RequireScope(Scopes.Operate).Audited();
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, WebhookStore store, Guid? ingest,
        [Values(typeof(WebhookDeliveryStatuses))] string? status, string? pageToken,
        [Range(1, MaxPageSize)] int pageSize = DefaultPageSize)
    {
        if (pageSize is < 1 or > MaxPageSize)
            throw new ProblemException(400, "invalid_page_size", $"pageSize must be 1 to {MaxPageSize}.");
        var before = PageToken.Read<long>(List, pageToken) ?? long.MaxValue;
        var deliveries = await store.ListAsync(context.OwnerId(), ingest, status, before, pageSize + 1, context.RequestAborted);
        var next = deliveries.Count > pageSize ? PageToken.Write(List, deliveries[pageSize - 1].Place) : null;
        return Results.Ok(new WebhookDeliveries([.. deliveries.Take(pageSize).Select(row => row.Delivery)]) { NextPageToken = next });
    }

    private static async Task<IResult> ReplayAsync(Guid id, HttpContext context, WebhookStore store, WebhookSender sender)
    {
        switch (await store.ReplayAsync(id, context.OwnerId(), context.RequestAborted))
        {
            case null:
                throw new ProblemException(404, "unknown_delivery", $"There is no webhook delivery {id}, or it is not yours.");
            case WebhookDeliveryStatuses.Waiting:
                throw new ProblemException(409, "ingest_not_finished", $"Delivery {id} waits for the end of its ingest and is sent then.");
            default:
                sender.Wake();
                return Results.Accepted("/api/v1/webhooks/deliveries");
        }
    }

    private static async Task<IResult> GetSecretAsync(HttpContext context, WebhookStore store) =>
        ShowSecret(context, (await store.GetSecretsAsync(context.OwnerId(), context.RequestAborted))[0]);

    private static async Task<IResult> RenewSecretAsync(HttpContext context, WebhookStore store, IOptions<WebhookOptions> options) =>
        ShowSecret(context, await store.RenewSecretAsync(context.OwnerId(), options.Value.SecretOverlap, context.RequestAborted));

    private static IResult ShowSecret(HttpContext context, string secret)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Results.Ok(new WebhookSecret(secret));
    }
}
