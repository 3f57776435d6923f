using MangaMotion.Api;
using MangaMotion.Ingest.Keys;
using MangaMotion.Messaging.Postgres;
using MangaMotion.ServiceDefaults.Problems;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Background.Events;

internal static class EventEndpoints
{
    private const string ContentType = "text/event-stream";

    public static void MapEvents(this IEndpointRouteBuilder api)
    {
        api.MapGet("/ingest/{id:guid}/events", WatchIngestAsync)
            .WithName("watchIngest")
            .WithSummary("Server-sent events: each job of the ingest as it is now, then as it changes; 'end' when all are over. Resumes after Last-Event-ID.")
            .Produces(200, contentType: ContentType).Produces(204).ProducesProblem(404).ProducesProblem(503)
            .RequireScope(Scopes.Read);
        api.MapGet("/jobs/{id:guid}/events", WatchJobAsync)
            .WithName("watchJob")
            .WithSummary("Server-sent events: the job as it is now, then as it changes; 'end' when it is over. Resumes after Last-Event-ID.")
            .Produces(200, contentType: ContentType).Produces(204).ProducesProblem(404).ProducesProblem(503)
            .RequireScope(Scopes.Read);
    }

    private static async Task WatchIngestAsync(Guid id, HttpContext context, JobEventQuery query) =>
        await StreamAsync(context, query, await query.FindIngestAsync(id, context.OwnerId(), context.RequestAborted)
            ?? throw new ProblemException(404, "unknown_ingest", $"There is no ingest {id}, or it is not yours."));

    private static async Task WatchJobAsync(Guid id, HttpContext context, JobEventQuery query) =>
        await StreamAsync(context, query, await query.FindJobAsync(id, context.OwnerId(), context.RequestAborted)
            ?? throw new ProblemException(404, "unknown_job", $"There is no job {id}, or it is not yours."));

    private static async Task StreamAsync(HttpContext context, JobEventQuery query, EventSource source)
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.ContentType = ContentType;
            return;
        }

        var services = context.RequestServices;
        await using var watch = services.GetRequiredService<EventHub>().Watch(source);
        var resumed = ChangeCursor.Parse(context.Request.Headers["Last-Event-ID"]);
        var since = resumed ?? ChangeCursor.Start;
        var first = await query.ReadAsync(source, since, page: null, [], context.RequestAborted);
        if (resumed is not null && resumed.IsNewerThan(first.To))
        {
            // An id of another database, or of one that was restored since: all is new.
            since = ChangeCursor.Start;
            first = await query.ReadAsync(source, since, page: null, [], context.RequestAborted);
        }
        else if (resumed is not null && first is { Over: true, Jobs.Count: 0 })
        {
            // Everything was sent before: this status tells a browser to stay away.
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        var response = context.Response;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        // Proxies of the nginx family would collect the events otherwise.
        response.Headers["X-Accel-Buffering"] = "no";
        var reader = new EventReader(
            watch.Topic, query, services.GetRequiredService<IOptions<EventsOptions>>().Value, services.GetRequiredService<TimeProvider>(), response.BodyWriter);

        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        try
        {
            await reader.FollowAsync(since, first, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader has gone, or this instance stops: a reader that is still there comes back and resumes elsewhere.
        }
        catch (Exception exception) when (response.HasStarted && DatabaseOutage.Is(exception))
        {
            // A reader that was behind could not catch up; it too comes back and resumes.
        }
    }
}
