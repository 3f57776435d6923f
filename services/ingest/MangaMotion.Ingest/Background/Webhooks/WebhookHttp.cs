using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Background.Webhooks;

/// <summary>Outcome of one attempt.</summary>
/// <param name="Error">Null if the receiver accepted the delivery.</param>
/// <param name="Final">A retry would fail as well.</param>
internal sealed record Receipt(string? Error, bool Final = false);

/// <summary>
/// Sends one delivery to an address that the caller chose. The address is checked where the connection is made, so a name that resolves
/// differently later cannot pass the check. Redirects and proxies are not followed. Only the head of the answer is read.
/// </summary>
internal sealed class WebhookHttp : IDisposable
{
    private const int MaxReasonLength = 500;

    private readonly HttpMessageInvoker _http;
    private readonly WebhookOptions _options;
    private readonly TimeProvider _time;

    public WebhookHttp(IOptions<WebhookOptions> options, TimeProvider time)
    {
        (_options, _time) = (options.Value, time);
        _http = new(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 0,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            // Trace ids stay inside the installation.
            ActivityHeadersPropagator = null,
        });
    }

    public async Task<Receipt> SendAsync(Delivery delivery, IReadOnlyList<string> secrets, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_options.Timeout);
        using var content = new StringContent(delivery.Body, Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, delivery.Url) { Content = content };
        request.Headers.TryAddWithoutValidation("User-Agent", "MangaMotion");
        WebhookSigner.Sign(request, delivery.Id.ToString(), delivery.Body, secrets, _time.GetUtcNow());
        try
        {
            using var response = await _http.SendAsync(request, timeout.Token);
            return new(response.IsSuccessStatusCode ? null
                : (int)response.StatusCode is >= 300 and < 400
                    ? $"the receiver answered {(int)response.StatusCode}; redirects are not followed"
                : $"the receiver answered {(int)response.StatusCode}");
        }
        catch (HttpRequestException exception) when (exception.GetBaseException() is RefusedAddressException refused)
        {
            return new(refused.Message, Final: true);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return new(CleanReason(exception.GetBaseException().Message.TrimEnd('.')));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new($"no answer within {_options.Timeout.TotalSeconds:0.#} s (Webhooks__Timeout)");
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Cuts an error text that quotes an invalid answer, and replaces characters that the database cannot store.</summary>
    private static string CleanReason(string reason) =>
        string.Concat(reason.Take(MaxReasonLength).Select(
            character => char.IsControl(character) || char.IsSurrogate(character) ? '\uFFFD' : character));

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
        if (!_options.AllowPrivateNetworks)
            addresses = Array.FindAll(addresses, PublicAddress.Is);
        if (addresses.Length == 0)
            throw new RefusedAddressException(host);

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The host of the callback has no allowed address.</summary>
    private sealed class RefusedAddressException(string host)
        : Exception($"'{host}' is not an address of the public internet. Other addresses are not allowed (Webhooks__AllowPrivateNetworks)");
}
