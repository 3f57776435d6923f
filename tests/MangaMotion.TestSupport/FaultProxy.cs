using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace MangaMotion.TestSupport;

/// <summary>What may happen to a request on its way.</summary>
public enum Fault
{
    /// <summary>Answered 503 with S3's <c>SlowDown</c>; never reaches the server.</summary>
    Refuse,

    /// <summary>The connection is reset when half of the request's body has passed; a request without a body is reset at once.</summary>
    ResetRequest,

    /// <summary>The server's answer is lost after it has done the work: the connection is reset instead.</summary>
    LoseAnswer,

    /// <summary>The answer ends after half of its body.</summary>
    CutAnswer,

    /// <summary>The answer's body comes at 1 KB a second.</summary>
    Throttle,

    /// <summary>No answer until the client gives up.</summary>
    Hang,
}

/// <summary>An HTTP proxy on loopback before a server, which does to requests what networks and overloaded servers do. Unharmed requests pass as they are, signed host included.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private const int ThrottledBytesPerSecond = 1024;

    private readonly WebApplication _proxy;
    private readonly Uri _target;
    private readonly ConcurrentQueue<Rule> _rules = [];
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });
    private int _requests;

    private FaultProxy(WebApplication proxy, Uri target)
    {
        _proxy = proxy;
        _target = target;
    }

    /// <summary>What clients are given instead of the server's address.</summary>
    public Uri Endpoint => new(_proxy.Urls.Single());

    /// <summary>Requests that came so far.</summary>
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

    /// <summary>Lets a fault happen to the next so many requests, or to all that fulfil the condition.</summary>
    public void Inject(Fault fault, int times = int.MaxValue, Func<HttpRequest, bool>? when = null) =>
        _rules.Enqueue(new Rule(fault, when ?? (_ => true), times));

    /// <summary>No faults from now on.</summary>
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
        var gone = context.RequestAborted;
        switch (fault)
        {
            case Fault.Refuse:
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                await context.Response.WriteAsync("<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>", gone);
                return;
            case Fault.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            default:
                break;
        }

        try
        {
            using var request = Outgoing(context.Request, fault == Fault.ResetRequest);
            using var answer = await _client.SendAsync(request, gone);
            if (fault is Fault.LoseAnswer or Fault.ResetRequest)
                context.Abort();
            else
                await ReplyAsync(context, answer, fault);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            // The one end broke off, by our doing or its own; so the other end sees that too.
            context.Abort();
        }
    }

    private HttpRequestMessage Outgoing(HttpRequest incoming, bool half)
    {
        // As it came, byte for byte: it is signed.
        var target = incoming.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var uri = new Uri(_target.GetLeftPart(UriPartial.Authority) + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
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
        var gone = context.RequestAborted;
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(x => x.Key != "Transfer-Encoding"))
            context.Response.Headers[name] = values.ToArray();

        await using var body = await answer.Content.ReadAsStreamAsync(gone);
        switch (fault)
        {
            case Fault.CutAnswer:
                // Then closed in good order, since a reset may overtake what was sent: Kestrel does that where bytes are missing.
                var half = new byte[(answer.Content.Headers.ContentLength ?? 0) / 2];
                await body.ReadExactlyAsync(half, gone);
                await context.Response.Body.WriteAsync(half, gone);
                break;
            case Fault.Throttle:
                await TrickleAsync(body, context.Response, gone);
                break;
            default:
                await body.CopyToAsync(context.Response.Body, gone);
                break;
        }
    }

    private static async Task TrickleAsync(Stream body, HttpResponse response, CancellationToken gone)
    {
        var buffer = new byte[ThrottledBytesPerSecond];
        int read;
        while ((read = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, gone)) > 0)
        {
            await response.Body.WriteAsync(buffer.AsMemory(0, read), gone);
            await response.Body.FlushAsync(gone);
            // The pace itself is the fault.
            await Task.Delay(TimeSpan.FromSeconds(1), gone);
        }
    }

    private sealed class Rule(Fault fault, Func<HttpRequest, bool> when, int times)
    {
        private int _left = times;

        public Fault Fault => fault;

        public bool Applies(HttpRequest request) => when(request) && Interlocked.Decrement(ref _left) >= 0;
    }
}
