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
            .WithSummary(
                "Server-sent events: each job of the ingest as it is now, then as it changes; 'end' when all have ended. "
                + "Resumes after Last-Event-ID.")
            .Produces(200, contentType: ContentType).Produces(204).ProducesProblem(404).ProducesProblem(503)
            .RequireScope(Scopes.Read);
        api.MapGet("/jobs/{id:guid}/events", WatchJobAsync)
            .WithName("watchJob")
            .WithSummary(
                "Server-sent events: the job as it is now, then as it changes; 'end' when it has ended. Resumes after Last-Event-ID.")
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
            // The id is from another database, or the database was restored since. Everything is sent again.
            since = ChangeCursor.Start;
            first = await query.ReadAsync(source, since, page: null, [], context.RequestAborted);
        }
        else if (resumed is not null && first is { HasEnded: true, Jobs.Count: 0 })
        {
            // Everything was sent before. A browser does not connect again after this status.
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        var response = context.Response;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        // Without this header, nginx and its relatives buffer the events.
        response.Headers["X-Accel-Buffering"] = "no";
        var reader = new EventReader(
            watch.Topic, query, services.GetRequiredService<IOptions<EventsOptions>>().Value, services.GetRequiredService<TimeProvider>(),
            response.BodyWriter);

        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        try
        {
            await reader.FollowAsync(since, first, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader disconnected, or this instance stops. A connected reader connects to another instance and resumes there.
        }
        catch (Exception exception) when (response.HasStarted && DatabaseOutage.Is(exception))
        {
            // The rows for a slow reader could not be read. It connects again and resumes.
        }
    }
}
