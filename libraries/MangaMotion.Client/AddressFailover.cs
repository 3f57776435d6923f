using System.Net;

namespace MangaMotion.Client;

/// <summary>
/// Sends requests to one of several instances of the API. An instance to which no connection can be made is skipped, and a reading
/// request also skips an instance that answers 503. A request that an instance may have received is not repeated: callers repeat
/// submissions with the same idempotency key.
/// </summary>
/// <param name="addresses">At least one; requests have the first as their address.</param>
internal sealed class AddressFailover(IReadOnlyList<Uri> addresses, HttpMessageHandler connections) : DelegatingHandler(connections)
{
    private int _current;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var target = request.RequestUri!;
        for (var attempt = 1; ; attempt++)
        {
            var current = Volatile.Read(ref _current);
            var address = addresses[current % addresses.Count];
            request.RequestUri = new UriBuilder(target) { Scheme = address.Scheme, Host = address.Host, Port = address.Port }.Uri;
            var last = attempt == addresses.Count;
            try
            {
                var response = await base.SendAsync(request, cancellationToken);
                var readsOnly = request.Method == HttpMethod.Get || request.Method == HttpMethod.Head;
                if (last || !readsOnly || response.StatusCode != HttpStatusCode.ServiceUnavailable)
                    return response;
                response.Dispose();
            }
            catch (HttpRequestException exception) when (!last && exception.HttpRequestError is
                HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
            {
                // Nothing was sent. The next address is tried.
            }

            // Requests that failed at the same time move on once.
            Interlocked.CompareExchange(ref _current, current + 1, current);
        }
    }
}
