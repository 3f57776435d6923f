using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MangaMotion.Api;

namespace MangaMotion.Client;

/// <summary>Stream of server-sent events, read to its end over as many connections as needed.</summary>
internal sealed class EventStream(HttpClient http, string path, string? lastEventId)
{
    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromSeconds(1);

    /// <summary>Silence after which a connection is closed and opened again. The API sends a comment every 15 s by default.</summary>
    private static readonly TimeSpan SilenceTimeout = TimeSpan.FromMinutes(2);

    private string? _lastEventId = lastEventId;

    /// <exception cref="MangaMotionException">The API rejected the request.</exception>
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
                await using var events = SseParser.Create(body, (_, data) => JsonSerializer.Deserialize<JobEvent>(data, ApiJson.Options)!)
                    .EnumerateAsync(silence.Token).GetAsyncEnumerator(silence.Token);
                while (await ReadNextAsync(events, silence, cancellationToken))
                {
                    _lastEventId = events.Current.EventId ?? _lastEventId;
                    if (events.Current.EventType == JobEvent.EndType)
                        yield break;
                    yield return events.Current.Data with { EventId = _lastEventId };
                }
            }

            await Task.Delay(ReconnectDelay, cancellationToken);
        }
    }

    /// <returns>Null after a failure that a later attempt may not have.</returns>
    private async Task<HttpResponseMessage?> OpenAsync(CancellationTokenSource silence, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (_lastEventId is not null)
            request.Headers.Add("Last-Event-ID", _lastEventId);
        silence.CancelAfter(SilenceTimeout);
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
        catch (Exception exception) when (IsConnectionFailure(exception, cancellationToken))
        {
            return null;
        }
    }

    /// <returns>False if the connection has ended.</returns>
    private static async Task<bool> ReadNextAsync(
        IAsyncEnumerator<SseItem<JobEvent>> events, CancellationTokenSource silence, CancellationToken cancellationToken)
    {
        silence.CancelAfter(SilenceTimeout);
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception exception) when (IsConnectionFailure(exception, cancellationToken))
        {
            return false;
        }
    }

    private static bool IsConnectionFailure(Exception exception, CancellationToken cancellationToken) =>
        exception is IOException or HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested;
}
