using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace MangaMotion.TestSupport;

/// <summary>Fault of a request or its answer.</summary>
public enum Fault
{
    /// <summary>503 with S3's <c>SlowDown</c>. The request does not reach the server.</summary>
    Refuse,

    /// <summary>Connection reset after half of the request's body, or at once if the request has no body.</summary>
    ResetRequest,

    /// <summary>Connection reset after the server has done the work and answered.</summary>
    LoseAnswer,

    /// <summary>End of the answer after half of its body.</summary>
    CutAnswer,

    /// <summary>Answer at 1 KiB a second.</summary>
    Throttle,

    /// <summary>No answer until the client gives up.</summary>
    Hang,
}

/// <summary>
/// HTTP proxy on loopback that injects faults of networks and overloaded servers. Other requests pass unchanged, with the signed host.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private const int ThrottledBytesPerSecond = 1024;

    private readonly WebApplication _proxy;
    private readonly Uri _target;
    private readonly ConcurrentQueue<Rule> _rules = [];
    private readonly HttpMessageInvoker _client = new(
        new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });
    private int _requests;

    private FaultProxy(WebApplication proxy, Uri target)
    {
        _proxy = proxy;
        _target = target;
    }

    /// <summary>Address for clients, instead of the server's.</summary>
    public Uri Endpoint => new(_proxy.Urls.Single());

    /// <summary>Number of requests received.</summary>
    public int Requests => _requests;

    public static async Task<FaultProxy> StartAsync(Uri target, CancellationToken cancellationToken = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        var proxy = new FaultProxy(builder.Build(), target);
        proxy._proxy.Run(proxy.ForwardAsync);
        await proxy._proxy.StartAsync(cancellationToken);
        return proxy;
    }

    /// <summary>Injects a fault into the next <paramref name="times"/> requests for which <paramref name="when"/> is true.</summary>
    public void Inject(Fault fault, int times = int.MaxValue, Func<HttpRequest, bool>? when = null) =>
        _rules.Enqueue(new Rule(fault, when ?? (_ => true), times));

    /// <summary>Ends all faults.</summary>
    public void Heal() => _rules.Clear();

    public async ValueTask DisposeAsync()
    {
        Heal();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _proxy.StopAsync(now.Token);
        await _proxy.DisposeAsync();
        _client.Dispose();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        var fault = _rules.FirstOrDefault(x => x.Applies(context.Request))?.Fault;
        var cancellationToken = context.RequestAborted;
        switch (fault)
        {
            case Fault.Refuse:
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                await context.Response.WriteAsync(
                    "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>", cancellationToken);
                return;
            case Fault.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            default:
                break;
        }

        try
        {
            using var request = Outgoing(context.Request, fault == Fault.ResetRequest);
            using var answer = await _client.SendAsync(request, cancellationToken);
            if (fault is Fault.LoseAnswer or Fault.ResetRequest)
                context.Abort();
            else
                await ReplyAsync(context, answer, fault);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            // One connection broke, by an injected fault or otherwise. The other is aborted as well.
            context.Abort();
        }
    }

    private HttpRequestMessage Outgoing(HttpRequest incoming, bool half)
    {
        // The target is forwarded byte for byte, because it is signed.
        var target = incoming.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var uri = new Uri(
            _target.GetLeftPart(UriPartial.Authority) + target,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(new HttpMethod(incoming.Method), uri);
        if (incoming.ContentLength is { } length)
            request.Content = new StreamContent(half ? new BreakingStream(incoming.Body, length / 2) : incoming.Body);
        else if (half)
            incoming.HttpContext.Abort();

        foreach (var (name, values) in incoming.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, [.. values]))
                request.Content?.Headers.TryAddWithoutValidation(name, [.. values]);
        }

        return request;
    }

    private static async Task ReplyAsync(HttpContext context, HttpResponseMessage answer, Fault? fault)
    {
        var cancellationToken = context.RequestAborted;
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(x => x.Key != "Transfer-Encoding"))
            context.Response.Headers[name] = values.ToArray();

        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        switch (fault)
        {
            case Fault.CutAnswer:
                // Kestrel closes the connection when bytes are missing. A reset could overtake the bytes that were sent.
                var half = new byte[(answer.Content.Headers.ContentLength ?? 0) / 2];
                await body.ReadExactlyAsync(half, cancellationToken);
                await context.Response.Body.WriteAsync(half, cancellationToken);
                break;
            case Fault.Throttle:
                await TrickleAsync(body, context.Response, cancellationToken);
                break;
            default:
                await body.CopyToAsync(context.Response.Body, cancellationToken);
                break;
        }
    }

    private static async Task TrickleAsync(Stream body, HttpResponse response, CancellationToken cancellationToken)
    {
        var buffer = new byte[ThrottledBytesPerSecond];
        int read;
        while ((read = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)) > 0)
        {
            await response.Body.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            await response.Body.FlushAsync(cancellationToken);
            // The delay is the fault.
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
    }

    private sealed class Rule(Fault fault, Func<HttpRequest, bool> when, int times)
    {
        private int _left = times;

        public Fault Fault => fault;

        public bool Applies(HttpRequest request) => when(request) && Interlocked.Decrement(ref _left) >= 0;
    }
}
