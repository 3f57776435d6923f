using System.Text;
using System.Threading.Channels;
using MangaMotion.Console.Sessions;

namespace MangaMotion.Console.Live;

/// <summary>Stream of server-sent events with the regions of the page that changed.</summary>
internal static class LiveEndpoint
{
    private const int MaxTopics = 4;
    private const string Beat = "event: beat\ndata:\n\n";
    private const string Ended = "event: ended\ndata:\n\n";

    private static readonly TimeSpan BeatInterval = TimeSpan.FromSeconds(15);

    public static void MapLive(this IEndpointRouteBuilder app) => app.MapGet("/live", StreamAsync).RequireAuthorization();

    private static async Task StreamAsync(
        string topics, HttpContext context, Session session, LiveHub hub, IHostApplicationLifetime lifetime)
    {
        var names = topics.Split(',', StringSplitOptions.RemoveEmptyEntries).Distinct().ToList();
        var readers = names.Select(LiveTopics.Find).OfType<RegionReader>().ToList();
        if (readers.Count is 0 or > MaxTopics || readers.Count != names.Count)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync($"'topics' must be 1 to {MaxTopics} of: {LiveTopics.Allowed}.", context.RequestAborted);
            return;
        }

        context.Response.ContentType = "text/event-stream";
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        if (!hub.TryOpenStream(session))
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return;
        }

        try
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            await WriteAsync(context.Response, Beat, end.Token);
            await SendAsync(names.Zip(readers), context.Response, session, hub, end);
        }
        catch (OperationCanceledException)
        {
            // The reader has left, or the console stops.
        }
        finally
        {
            hub.CloseStream(session);
        }
    }

    private static async Task SendAsync(
        IEnumerable<(string Name, RegionReader Reader)> topics, HttpResponse response, Session session, LiveHub hub,
        CancellationTokenSource end)
    {
        // One place: a topic whose message is not sent yet waits, and then sends its newest state.
        var messages = Channel.CreateBounded<string>(1);
        var reading = topics.Select(topic => ReadAsync(topic.Name, topic.Reader, session, hub, messages.Writer, end.Token)).ToList();
        try
        {
            while (true)
            {
                var message = await TakeAsync(messages.Reader, end.Token);
                await WriteAsync(response, message, end.Token);
                if (message == Ended)
                    return;
            }
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<string> TakeAsync(ChannelReader<string> messages, CancellationToken cancellationToken)
    {
        using var beat = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        beat.CancelAfter(BeatInterval);
        try
        {
            return await messages.ReadAsync(beat.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Beat;
        }
    }

    private static async Task ReadAsync(
        string name, RegionReader reader, Session session, LiveHub hub, ChannelWriter<string> messages, CancellationToken cancellationToken)
    {
        var topic = hub.Join(session, name, reader);
        try
        {
            var version = 0L;
            while (true)
            {
                (version, var html) = await topic.ReadAsync(version, cancellationToken);
                await messages.WriteAsync(html is null ? Ended : WriteMessage(html), cancellationToken);
            }
        }
        finally
        {
            await hub.LeaveAsync(session, name, topic);
        }
    }

    private static string WriteMessage(string html)
    {
        var message = new StringBuilder();
        foreach (var line in html.AsSpan().EnumerateLines())
            message.Append("data: ").Append(line).Append('\n');
        return message.Append('\n').ToString();
    }

    private static async Task WriteAsync(HttpResponse response, string message, CancellationToken cancellationToken)
    {
        await response.WriteAsync(message, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
