using MangaMotion.Client;
using Microsoft.Extensions.Options;

namespace MangaMotion.Console;

/// <summary>Connections to the API, shared by all sessions.</summary>
internal sealed class ApiConnections(IOptions<ConsoleOptions> options) : IDisposable
{
    /// <summary>Redirects are not followed: the API key must not reach the object store.</summary>
    private readonly SocketsHttpHandler _handler = new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };

    public Uri Address => options.Value.Api;

    public HttpMessageInvoker Invoker => field ??= new(_handler, disposeHandler: false);

    public MangaMotionClient CreateClient(string apiKey) => MangaMotionClient.Create(Address, apiKey, _handler);

    public void Dispose() => _handler.Dispose();
}
