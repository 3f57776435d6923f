using MangaMotion.Console.Sessions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace MangaMotion.Console.Media;

/// <summary>
/// Relays resumable uploads (tus 1.0) to the API under the session's cookie. Bodies are passed on while they arrive. The form token is in
/// a header, and the API has the limits.
/// </summary>
internal static class UploadRelay
{
    private const string Path = "/uploads/tus";
    private const string ApiPrefix = "/api/v1";

    public static void MapUploadRelay(this IEndpointRouteBuilder app)
    {
        var uploads = app.MapGroup(Path).RequireAuthorization();
        uploads.MapPost("", RelayAsync);
        // HEAD is answered wherever there is GET.
        uploads.MapMethods("/{id:guid}", [HttpMethods.Get, HttpMethods.Patch, HttpMethods.Delete], RelayAsync);
    }

    private static async Task RelayAsync(HttpContext context, Session session, IHttpForwarder forwarder, ApiConnections connections)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        var error = await forwarder.SendAsync(
            context, connections.Address.ToString(), connections.Invoker, ForwarderRequestConfig.Empty, new Transformer(session.ApiKey));
        if (error is ForwarderError.None || context.Response.HasStarted)
            return;

        // After a HEAD with 503, tus-js-client begins the upload again from byte 0. After 423 it tries again later.
        context.Response.StatusCode =
            HttpMethods.IsHead(context.Request.Method) ? StatusCodes.Status423Locked : StatusCodes.Status503ServiceUnavailable;
    }

    private sealed class Transformer(string apiKey) : HttpTransformer
    {
        private static readonly string[] Passed =
        [
            "Tus-Resumable", "Upload-Length", "Upload-Offset", "Upload-Metadata", "Upload-Checksum", HeaderNames.ContentType,
            HeaderNames.ContentLength,
        ];

        public override ValueTask TransformRequestAsync(
            HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            foreach (var name in Passed)
            {
                if (httpContext.Request.Headers.TryGetValue(name, out var values)
                    && !proxyRequest.Headers.TryAddWithoutValidation(name, (string?)values))
                {
                    proxyRequest.Content?.Headers.TryAddWithoutValidation(name, (string?)values);
                }
            }

            proxyRequest.Headers.Add("X-Api-Key", apiKey);
            proxyRequest.RequestUri = new(destinationPrefix.TrimEnd('/') + ApiPrefix + httpContext.Request.Path.Value);
            return ValueTask.CompletedTask;
        }

        public override async ValueTask<bool> TransformResponseAsync(
            HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
            var headers = httpContext.Response.Headers;
            if (headers.Location is [{ } location] && location.StartsWith(ApiPrefix, StringComparison.Ordinal))
                headers.Location = location[ApiPrefix.Length..];
            return true;
        }
    }
}
