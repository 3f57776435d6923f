using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace MangaMotion.Client;

/// <summary>Reads a stream of server-sent events to its end, over as many connections as that takes.</summary>
internal sealed class EventStream(HttpClient http, string path, string? lastEventId)
{
    private const string End = "end";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>A connection that died without a word is found by its silence; one that is merely quiet is opened anew.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(2);

    private string? _last = lastEventId;

    /// <exception cref="MangaMotionException">The API refused.</exception>
    public async IAsyncEnumerable<JobEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var response = await OpenAsync(silence, cancellationToken);
            if (response?.StatusCode == HttpStatusCode.NoContent)
                yield break;
            if (response is not null)
            {
                await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
                await using var events = SseParser.Create(body, (_, data) => JsonSerializer.Deserialize<JobEvent>(data, MangaMotionClient.Json)!)
                    .EnumerateAsync(silence.Token).GetAsyncEnumerator(silence.Token);
                while (await NextAsync(events, silence, cancellationToken))
                {
                    _last = events.Current.EventId ?? _last;
                    if (events.Current.EventType == End)
                        yield break;
                    yield return events.Current.Data with { EventId = _last };
                }
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <returns>Null where it is worth trying again.</returns>
    private async Task<HttpResponseMessage?> OpenAsync(CancellationTokenSource silence, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (_last is not null)
            request.Headers.Add("Last-Event-ID", _last);
        silence.CancelAfter(LongestSilence);
        try
        {
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token);
            if (response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout)
            {
                response.Dispose();
                return null;
            }

            try
            {
                await MangaMotionClient.ThrowIfRefusedAsync(response, cancellationToken);
                return response;
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }
        catch (Exception exception) when (IsBroken(exception, cancellationToken))
        {
            return null;
        }
    }

    /// <returns>False where the connection ended.</returns>
    private static async Task<bool> NextAsync(
        IAsyncEnumerator<SseItem<JobEvent>> events, CancellationTokenSource silence, CancellationToken cancellationToken)
    {
        silence.CancelAfter(LongestSilence);
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception exception) when (IsBroken(exception, cancellationToken))
        {
            return false;
        }
    }

    private static bool IsBroken(Exception exception, CancellationToken cancellationToken) =>
        exception is IOException or HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested;
}
