using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Webhooks;

/// <summary>What became of one attempt.</summary>
/// <param name="Error">Null where the receiver took it.</param>
/// <param name="Final">Trying again is pointless.</param>
internal sealed record Receipt(string? Error, bool Final = false);

/// <summary>
/// Sends one delivery to an address that a stranger chose. The address is checked where the connection is made, so that what
/// was checked is what is connected to, whatever the name resolves to a moment later; redirects and proxies are not followed,
/// and of the answer only its head is read.
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
            // Our trace is none of theirs.
            ActivityHeadersPropagator = null,
        });
    }

    public async Task<Receipt> SendAsync(Delivery delivery, string secret, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_options.Timeout);
        using var request = new HttpRequestMessage(HttpMethod.Post, delivery.Url) { Content = new StringContent(delivery.Body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("User-Agent", "MangaMotion");
        request.Headers.Add("X-MangaMotion-Delivery", delivery.Id.ToString());
        request.Headers.Add("X-MangaMotion-Event", "ingest.finished");
        request.Headers.Add("X-MangaMotion-Signature", Sign(delivery.Body, secret, _time.GetUtcNow()));
        try
        {
            using var response = await _http.SendAsync(request, timeout.Token);
            return new(response.IsSuccessStatusCode ? null
                : (int)response.StatusCode is >= 300 and < 400 ? $"it answered {(int)response.StatusCode}; redirects are not followed"
                : $"it answered {(int)response.StatusCode}");
        }
        catch (HttpRequestException exception) when (exception.GetBaseException() is RefusedAddressException refused)
        {
            return new(refused.Message, Final: true);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return new(Shown(exception.GetBaseException().Message.TrimEnd('.')));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new($"no answer within {_options.Timeout.TotalSeconds:0.#} s (Webhooks__Timeout)");
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary><c>t=SECONDS,v1=HEX</c>: HMAC-SHA256 of <c>SECONDS.BODY</c>; the time lets the receiver refuse an old copy.</summary>
    internal static string Sign(string body, string secret, DateTimeOffset time)
    {
        var seconds = time.ToUnixTimeSeconds();
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{seconds}.{body}"));
        return $"t={seconds},v1={Convert.ToHexStringLower(mac)}";
    }

    /// <summary>What is said of an answer that is none quotes it: any bytes, of any length, and a null character is no text for the database.</summary>
    private static string Shown(string reason) =>
        string.Concat(reason.Take(MaxReasonLength).Select(character => char.IsControl(character) || char.IsSurrogate(character) ? '\uFFFD' : character));

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

    /// <summary>A callback's address is none that may be reached.</summary>
    private sealed class RefusedAddressException(string host)
        : Exception($"'{host}' is not an address of the public internet, and callbacks may not reach others (Webhooks__AllowPrivateNetworks)");
}
