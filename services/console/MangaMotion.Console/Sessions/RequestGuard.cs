using System.Net;
using System.Runtime.ExceptionServices;
using MangaMotion.Console.Pages.Shared;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.Options;

namespace MangaMotion.Console.Sessions;

/// <summary>
/// Refuses plain http beyond loopback, posts from other sites, and forms without a valid token. Sets the security headers.
/// </summary>
internal sealed partial class RequestGuard(
    RequestDelegate next, IAntiforgery antiforgery, IOptions<ConsoleOptions> options, ILogger<RequestGuard> logger)
{
    private readonly string _contentPolicy = CreateContentPolicy(options.Value.StoreOrigin?.TrimEnd('/'));

    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Path.StartsWithSegments("/health", StringComparison.Ordinal) || request.Path == "/metrics")
        {
            await next(context);
            return;
        }

        // Statuses of pages have a page, not a problem as JSON.
        if (context.Features.Get<IStatusCodePagesFeature>() is { } problems)
            problems.Enabled = false;
        SetHeaders(context.Response.Headers, isPage: context.GetEndpoint()?.Metadata.GetMetadata<StaticAssetDescriptor>() is null);
        if (!request.IsHttps && !IsLoopback(request.Host.Host))
        {
            await Answers.WriteAsync(
                context, 400, "Open this page over https", "The console sends its session over TLS, or on this machine only.");
            return;
        }

        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && await FindForgeryAsync(context) is { } reason)
        {
            LogRefused(logger, request.Method, request.Path, reason);
            await Answers.WriteAsync(
                context, 400, "This form was not sent by this page", "Nothing was changed. Go back, reload the page and try again.");
            return;
        }

        await next(context);
    }

    /// <summary>Returns why a request is not a form of this page; null if it is one.</summary>
    private async Task<string?> FindForgeryAsync(HttpContext context)
    {
        var request = context.Request;
        var origin = $"{request.Scheme}://{request.Host}";
        if (request.Headers.Origin is { Count: > 0 } sent && sent != origin)
            return $"its origin is {sent}, and this page is {origin}";
        if (request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site && site != "same-origin")
            return $"it is {site}";
        // A form with files is not buffered here: its handler reads the token from the first part.
        if (context.GetEndpoint()?.Metadata.GetMetadata<FormToken.ReadByHandler>() is not null)
            return null;
        try
        {
            await antiforgery.ValidateRequestAsync(context);
            return null;
        }
        catch (AntiforgeryValidationException invalid)
        {
            // A body that ends early or comes too slowly is no forgery.
            if (invalid.InnerException is BadHttpRequestException unread)
                ExceptionDispatchInfo.Throw(unread);
            return invalid.Message;
        }
    }

    private void SetHeaders(IHeaderDictionary headers, bool isPage)
    {
        headers.ContentSecurityPolicy = _contentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (!isPage)
            return;
        headers.CacheControl = "no-cache, no-store";
        headers.Pragma = "no-cache";
    }

    private static bool IsLoopback(string host) =>
        host is "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static string CreateContentPolicy(string? store)
    {
        var media = string.IsNullOrEmpty(store) ? "" : $" {store}";
        return "default-src 'self'; script-src 'self'; style-src 'self'; "
            + $"img-src 'self' data:{media}; media-src 'self'{media}; connect-src 'self'{media}; "
            + "base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'";
    }

    [LoggerMessage(EventId = 6040, Level = LogLevel.Warning, Message = "{Method} {Path} was refused: {Reason}.")]
    private static partial void LogRefused(ILogger logger, string method, string path, string reason);
}
