using System.Text.Encodings.Web;
using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Ingest.Api;
using MangaMotion.Ingest.Keys;
using MangaMotion.RecordStore.Reading;
using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Reading.Records;

internal static class RecordEndpoints
{
    private const string Filters =
        "Filters are `filter[FIELD]=value` or `filter[FIELD][OP]=value` with OP one of eq, ne, gt, gte, lt, lte, exists; all must hold. "
        + "A value is compared by the type that the record has: numbers as numbers, text as text, true, false and null with themselves. "
        + "Records come in the order in which payloads were stored, and as in their payload. Numbers keep all their digits.";

    // The text is JSON and never part of a page, so characters outside ASCII are not escaped. They stay readable and half as long.
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void MapRecords(this IEndpointRouteBuilder api)
    {
        api.MapGet("/collections/{slug}/records", ListOfCollectionAsync)
            .WithName("listCollectionRecords").WithSummary(
                "The records of a collection, in either kind of storage.").WithDescription(Filters)
            .WithMetadata(new OpenQuery())
            .Produces<RecordPage>().ProducesProblem(400).ProducesProblem(404).RequireScope(Scopes.Read);
        api.MapGet("/ingest/{id:guid}/records", ListOfIngestAsync)
            .WithName("listIngestRecords").WithSummary("The records of one ingest, with a collection or without.").WithDescription(Filters)
            .WithMetadata(new OpenQuery())
            .Produces<RecordPage>().ProducesProblem(400).ProducesProblem(404).RequireScope(Scopes.Read);
    }

    private static async Task<IResult> ListOfCollectionAsync(
        string slug, HttpContext context, RecordQuery records, RecordOwnership ownership,
        Guid? ingest, Guid? job, string? pageToken, int pageSize = RecordPageRequest.DefaultPageSize)
    {
        var page = RecordPageRequest.Read(context.Request.Query, pageToken, pageSize);
        if (!await ownership.HasCollectionAsync(context.OwnerId(), slug, context.RequestAborted))
            throw new ProblemException(404, "unknown_collection", "There is no ingest in this collection, or it is not yours.");
        return CreateAnswer(new(context.OwnerId(), slug, ingest, job), page, records);
    }

    private static async Task<IResult> ListOfIngestAsync(
        Guid id, HttpContext context, RecordQuery records, RecordOwnership ownership,
        Guid? job, string? pageToken, int pageSize = RecordPageRequest.DefaultPageSize)
    {
        var page = RecordPageRequest.Read(context.Request.Query, pageToken, pageSize);
        if (!await ownership.HasIngestAsync(context.OwnerId(), id, context.RequestAborted))
            throw new ProblemException(404, "unknown_ingest", $"There is no ingest {id}, or it is not yours.");
        return CreateAnswer(new(context.OwnerId(), Collection: null, id, job), page, records);
    }

    private static PushRecords CreateAnswer(RecordScope scope, RecordPageRequest page, RecordQuery records) =>
        new(async (response, cancellationToken) =>
    {
        // Not disposed if reading fails: disposing would send the begun answer with status 200, but the failure has a status of its own.
        var json = new Utf8JsonWriter(response.Body, Json);
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.XContentTypeOptions = "nosniff";
        json.WriteStartObject();
        json.WriteStartArray("records");
        var next = await records.WritePageAsync(scope, page.Filters, page.After, page.Size, json, cancellationToken);
        json.WriteEndArray();
        json.WriteString(
            "nextPageToken", next is { } position ? PageToken.Write(RecordPageRequest.ListName, position.Load, position.Number) : null);
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    });

    /// <summary>Answer that is written while the records are read, in bounded memory.</summary>
    private sealed class PushRecords(Func<HttpResponse, CancellationToken, Task> write) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => write(httpContext.Response, httpContext.RequestAborted);
    }
}
