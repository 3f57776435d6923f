using MangaMotion.Console.Sessions;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace MangaMotion.Console.Media;

/// <summary>
/// Relays pictures, sound and video of the API under the session's cookie. Ranges pass, so a player can seek. A redirect to the object
/// store passes to the browser if it leads to <c>Console__StoreOrigin</c>.
/// </summary>
internal static class MediaRelay
{
    private const string Prefix = "/media";

    /// <summary>Name of a file. Other letters could lead to another path of the API.</summary>
    private const string Variant = "{variant:regex(^[a-z0-9-]+$)}";

    /// <summary>Name of a shot. The first letter keeps it from being a step to another folder.</summary>
    private const string Shot = "{shot:regex(^[A-Za-z0-9][A-Za-z0-9._-]*$)}";

    public static void AddMediaRelay(this IServiceCollection services) => services.AddHttpForwarder();

    public static void MapMediaRelay(this IEndpointRouteBuilder app)
    {
        var media = app.MapGroup(Prefix).RequireAuthorization();
        media.MapGet("/videos/{id:guid}/pages/{page:int}", RelayAsync);
        media.MapGet("/videos/{id:guid}/pages/{page:int}/panels/{panel:int}", RelayAsync);
        media.MapGet($"/videos/{{id:guid}}/shots/{Shot}/{Variant}", RelayAsync);
        media.MapGet($"/videos/{{id:guid}}/{Variant}", RelayAsync);
        media.MapGet($"/assets/{{id:guid}}/{Variant}", RelayAsync);
    }

    private static async Task RelayAsync(
        HttpContext context, Session session, IHttpForwarder forwarder, ApiConnections connections, IOptions<ConsoleOptions> options)
    {
        var transformer = new Transformer(session.ApiKey, options.Value.StoreOrigin);
        var error = await forwarder.SendAsync(
            context, connections.Address.ToString(), connections.Invoker, ForwarderRequestConfig.Empty, transformer);
        if (error is not ForwarderError.None && !context.Response.HasStarted)
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
    }

    private sealed class Transformer(string apiKey, string? storeOrigin) : HttpTransformer
    {
        private static readonly string[] Passed =
            [HeaderNames.Range, HeaderNames.IfRange, HeaderNames.IfNoneMatch, HeaderNames.IfModifiedSince];

        public override ValueTask TransformRequestAsync(
            HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            foreach (var name in Passed)
            {
                if (httpContext.Request.Headers.TryGetValue(name, out var values))
                    proxyRequest.Headers.TryAddWithoutValidation(name, (string?)values);
            }

            proxyRequest.Headers.Add("X-Api-Key", apiKey);
            proxyRequest.RequestUri = new(destinationPrefix + "api/v1" + httpContext.Request.Path.Value![Prefix.Length..]);
            return ValueTask.CompletedTask;
        }

        public override async ValueTask<bool> TransformResponseAsync(
            HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            if (proxyResponse?.Headers.Location is { } location && !LeadsToStore(location))
            {
                httpContext.Response.StatusCode = StatusCodes.Status502BadGateway;
                return false;
            }

            await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
            var headers = httpContext.Response.Headers;
            headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
            headers.XContentTypeOptions = "nosniff";
            if (proxyResponse is { IsSuccessStatusCode: true })
            {
                // A new preview of a shot has the address of the one before.
                headers.CacheControl = httpContext.Request.RouteValues.ContainsKey("shot") ? "private, no-cache" : "private, max-age=300";
            }

            AddFileName(httpContext);
            return true;
        }

        private bool LeadsToStore(Uri location) =>
            storeOrigin is not null && location.IsAbsoluteUri
            && new Uri(storeOrigin).GetLeftPart(UriPartial.Authority) == location.GetLeftPart(UriPartial.Authority);

        /// <summary>Names the file of a download; the title comes from the link of the page and is a name only.</summary>
        private static void AddFileName(HttpContext context)
        {
            if (context.Request.Query["name"] is not [{ Length: > 0 } name])
                return;
            var disposition = new ContentDispositionHeaderValue("attachment");
            disposition.SetHttpFileName(name.Replace('/', '_').Replace('\\', '_'));
            context.Response.Headers.ContentDisposition = disposition.ToString();
        }
    }
}
