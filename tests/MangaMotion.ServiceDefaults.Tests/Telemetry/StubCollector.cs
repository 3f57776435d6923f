using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MangaMotion.ServiceDefaults.Tests.Telemetry;

/// <summary>
/// OpenTelemetry collector that keeps the bodies posted to it over HTTP. Protobuf stores text as UTF-8 and ids as bytes, so text and ids
/// can be found in a body without decoding it.
/// </summary>
internal sealed class StubCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentBag<(string Path, byte[] Body)> _posts = [];

    private StubCollector(WebApplication app)
    {
        _app = app;
        app.MapPost("/v1/{signal}", async (HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            _posts.Add((context.Request.Path, body.ToArray()));
            context.Response.ContentType = "application/x-protobuf";
        });
    }

    public string Address => _app.Urls.Single();

    public static async Task<StubCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = new StubCollector(builder.Build());
        await collector._app.StartAsync();
        return collector;
    }

    public bool Received(string path, string text) => Received(path, Encoding.UTF8.GetBytes(text));

    public bool Received(string path, byte[] bytes) => _posts.Any(post => post.Path == path && post.Body.AsSpan().IndexOf(bytes) >= 0);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
