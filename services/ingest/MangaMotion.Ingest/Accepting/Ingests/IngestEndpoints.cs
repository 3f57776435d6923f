using System.ComponentModel.DataAnnotations;
using MangaMotion.Api;
using MangaMotion.Ingest.Accepting.Idempotency;
using MangaMotion.Ingest.Accepting.Quotas;
using MangaMotion.Ingest.Api;
using MangaMotion.Ingest.Keys;
using MangaMotion.Ingest.Reading.Ingests;
using MangaMotion.Messaging.Postgres;
using MangaMotion.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Accepting.Ingests;

internal static class IngestEndpoints
{
    public static void MapIngests(this IEndpointRouteBuilder api)
    {
        api.MapPost("/ingest", AcceptAsync)
            .WithName("submitIngest")
            .WithSummary("Submit files, JSON records, or both; derivatives are made and records stored asynchronously.")
            .Accepts<IngestForm>("multipart/form-data", "application/json")
            .WithJsonBodyOf("submitUploads")
            .WithDescription(
                "Idempotency-Key: the same key with the same request gets the same answer. Prefer: wait=N answers 200 if all jobs finish "
                + "within N seconds, else 202; Preference-Applied has the N that was used.")
            .WithSubmission();
        // Generated clients have one body for each operation, so the JSON body has an operation of its own.
        api.MapPost("/ingests", AcceptAsync)
            .WithName("submitUploads")
            .WithSummary("Submit direct uploads by reference; derivatives are made and records stored asynchronously.")
            .Accepts<IngestOfUploads>("application/json")
            .WithSubmission();
        api.MapGet("/ingests", ListAsync)
            .WithName("listIngests")
            .WithSummary("Ingests, newest first, by state (accepted, processing, finished), collection, or part of a name (q).")
            .Produces<IngestList>().ProducesProblem(400)
            .RequireScope(Scopes.Read);
        api.MapGet("/ingest/{id:guid}/status", StatusAsync)
            .WithName("getIngestStatus")
            .WithSummary("Progress of an ingest and of each of its assets.")
            .Produces<IngestStatus>()
            .ProducesProblem(404)
            .RequireScope(Scopes.Read);
    }

    /// <summary>Describes the headers and the answers of an operation that submits files or records.</summary>
    private static RouteHandlerBuilder WithSubmission(this RouteHandlerBuilder endpoint) => endpoint
        .WithHeader("Idempotency-Key", "1 to 255 printable characters of your choice; kept for a day.")
        .WithHeader("Prefer", "`wait=N` in seconds, or `respond-async`.")
        .Produces<IngestStatus>(200)
        .Produces<IngestStatus>(202)
        .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422)
        .RequireScope(Scopes.Submit);

    private static async Task<IResult> AcceptAsync(
        HttpContext context, IngestAcceptor acceptor, IdempotencyKeys keys, IngestWaits waits, IngestStatusQuery statuses,
        OwnerQuotas quotas, IOptions<IngestOptions> options)
    {
        LimitBody(context, options.Value.MaxRequestBytes);
        var owner = context.OwnerId();
        var cancellationToken = context.RequestAborted;
        var preference = Preference.Read(context.Request, options.Value);
        JsonAnswer accepted;
        await using (var idempotent = await keys.BeginAsync(context.Request, owner, cancellationToken))
        {
            // A repeated request stores nothing, so it uses no quota.
            if (idempotent is not { IsRepeated: true })
                await quotas.CheckAsync(owner, context.Request.ContentLength, cancellationToken);
            accepted = await acceptor.AcceptAsync(new(context.Request, owner, idempotent, preference.Wait), cancellationToken);
            if (idempotent is { IsRepeated: true } && preference.Wait is { } again)
                await waits.AddAsync(accepted.ResourceId, again, cancellationToken);
        }

        if (preference.Applied is { } applied)
            context.Response.Headers["Preference-Applied"] = applied;
        return preference.Wait is { } wait
            && await WaitForEndAsync(accepted.ResourceId, owner, wait, waits, statuses, cancellationToken) is { } finished
            ? Results.Ok(finished)
            : accepted;
    }

    /// <summary>Waits for the end of an accepted ingest.</summary>
    /// <returns>The finished ingest; null if it has not ended in time or the database is unavailable.</returns>
    private static async Task<IngestStatus?> WaitForEndAsync(
        Guid id, Guid owner, TimeSpan wait, IngestWaits waits, IngestStatusQuery statuses, CancellationToken cancellationToken)
    {
        try
        {
            return await waits.WaitForEndAsync(id, wait, cancellationToken)
                ? await statuses.FindAsync(id, owner, pageToken: null, IngestStatusQuery.MaxPageSize, cancellationToken)
                : null;
        }
        catch (Exception exception) when (DatabaseOutage.Is(exception))
        {
            return null;
        }
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, IngestListQuery ingests, OwnerFilter owners, [Values(typeof(IngestStatuses))] string? state,
        string? collection, string? q, string? owner, string? pageToken, [Range(
            1, ListQuery.MaxPageSize)] int pageSize = ListQuery.DefaultPageSize) =>
        Results.Ok(await ingests.ListAsync(
            await owners.ResolveAsync(context, owner), state, collection, q, pageToken, pageSize, context.RequestAborted));

    private static async Task<IResult> StatusAsync(
        Guid id, HttpContext context, IngestStatusQuery query, string? pageToken,
        [Range(1, IngestStatusQuery.MaxPageSize)] int pageSize = IngestStatusQuery.DefaultPageSize) =>
        await query.FindAsync(id, context.OwnerId(), pageToken, pageSize, context.RequestAborted) is { } status
            ? Results.Ok(status)
            : throw new ProblemException(404, "unknown_ingest", $"There is no ingest {id}, or it is not yours.");

    /// <summary>Limits the body, whether its length is declared or not.</summary>
    /// <param name="setting">Setting of the limit, for the message.</param>
    internal static void LimitBody(HttpContext context, long bytes, string setting = "Ingest__MaxRequestBytes")
    {
        if (context.Request.ContentLength > bytes)
        {
            throw new ProblemException(413, "request_too_large",
                $"The request declares {context.Request.ContentLength} bytes; the limit is {bytes} ({setting}).");
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = bytes;
    }
}
