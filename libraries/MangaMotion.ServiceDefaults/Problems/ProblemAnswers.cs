using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MangaMotion.ServiceDefaults.Problems;

/// <summary>
/// Writes every error answer as <c>application/problem+json</c> with <c>type</c>, <c>title</c>, <c>status</c>, <c>detail</c>, <c>code</c>
///
/// and <c>traceId</c>.
/// </summary>
internal static partial class ProblemAnswers
{
    /// <summary>Seconds after which a caller may try again during an outage.</summary>
    internal const string RetryAfterSeconds = "5";

    public static void AddProblems(this IServiceCollection services)
    {
        services.AddProblemDetails(
            options => options.CustomizeProblemDetails = context => Complete(context.HttpContext, context.ProblemDetails));
        services.AddExceptionHandler<Handler>();

        // Otherwise the 400 for an unreadable body has no reason.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
    }

    public static void UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages(context => WriteAsync(context.HttpContext, new() { Status = context.HttpContext.Response.StatusCode }));
    }

    internal static Task WriteAsync(HttpContext context, ProblemDetails problem)
    {
        Complete(context, problem);
        context.Response.StatusCode = problem.Status!.Value;
        return context.Response.WriteAsJsonAsync(problem, options: null, "application/problem+json", context.RequestAborted);
    }

    /// <summary>Describes an outage. A caller who only reads expects nothing to be accepted.</summary>
    internal static string DescribeOutage(HttpRequest request, string cause)
    {
        var isRead = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        return $"{cause}{(isRead ? "" : " Nothing was accepted.")} Try again in {RetryAfterSeconds} s.";
    }

    private static void Complete(HttpContext context, ProblemDetails problem)
    {
        var status = problem.Status ??= context.Response.StatusCode;
        if (!problem.Extensions.TryGetValue("code", out var code) || code is null)
            problem.Extensions["code"] = code = ProblemCodes.Of(status);
        problem.Type = $"urn:mangamotion:problem:{code}";
        problem.Title ??= ReasonPhrases.GetReasonPhrase(status);
        problem.Detail = Shorten(problem.Detail ?? DescribeStatus(context, status));
        problem.Extensions["traceId"] = Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;
    }

    private static string? DescribeStatus(HttpContext context, int status) => status switch
    {
        StatusCodes.Status404NotFound => $"There is nothing at {context.Request.Path}, or it is not yours.",
        StatusCodes.Status405MethodNotAllowed =>
            $"{context.Request.Path} does not answer {context.Request.Method}; it answers {context.Response.Headers.Allow}.",
        _ => null,
    };

    /// <summary>Cuts quotations and words at 200 characters, so that a detail quotes only a small part of a request.</summary>
    private static string? Shorten(string? detail) =>
        detail is null ? null : Word().Replace(Quotation().Replace(detail, "'${start}…'"), "${start}…");

    [GeneratedRegex(@"'(?<start>[^']{200})[^']+'", RegexOptions.NonBacktracking)]
    private static partial Regex Quotation();

    [GeneratedRegex(@"(?<start>\S{200})\S{2,}", RegexOptions.NonBacktracking)]
    private static partial Regex Word();

    [GeneratedRegex(
        "^Failed to bind parameter \"(?:Nullable<)?(?<type>\\w+)>?\\?? (?<name>\\w+)\" from \"(?<value>.*)\"\\.$",
        RegexOptions.NonBacktracking | RegexOptions.Singleline)]
    private static partial Regex Binding();

    private sealed class Handler(ILogger<Handler> logger) : IExceptionHandler
    {

        public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            if (httpContext.RequestAborted.IsCancellationRequested)
            {
                // The caller disconnected, so no answer reaches it. It is not a fault of the service.
                httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
                return true;
            }

            await WriteAsync(httpContext, Describe(httpContext, exception));
            return true;
        }

        private ProblemDetails Describe(HttpContext context, Exception exception)
        {
            switch (exception)
            {
                case ProblemException problem:
                    var answer = Problem(problem.Status, problem.Code, problem.Message);
                    foreach (var (name, value) in problem.Extensions)
                        answer.Extensions[name] = value;
                    if (problem.Status == StatusCodes.Status401Unauthorized)
                        context.Response.Headers.WWWAuthenticate = "Bearer";
                    if (problem.RetryAfter is { } wait)
                        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
                    return answer;
                case BadHttpRequestException { InnerException: JsonException json }:
                    return Problem(
                        StatusCodes.Status400BadRequest, ProblemCodes.InvalidJson,
                        $"The body is not the JSON that is expected here: {JsonFault.Describe(json, context)}.");
                case BadHttpRequestException bad when IsBodyMissing(bad):
                    return Problem(
                        StatusCodes.Status400BadRequest, ProblemCodes.InvalidJson, "The body is missing or null. Send a JSON object.");
                case BadHttpRequestException bad when Binding().Match(bad.Message) is { Success: true } binding:
                    return Problem(StatusCodes.Status400BadRequest, "invalid_parameter", DescribeParameter(binding));
                case BadHttpRequestException bad:
                    return Problem(bad.StatusCode, ProblemCodes.Of(bad.StatusCode), bad.Message);
            }

            if (Outage.KindOf(exception) is { } kind)
            {
                logger.LogWarning("{Method} {Path} answered 503: {Dependency} unavailable ({Reason}).",
                    context.Request.Method, context.Request.Path, kind, exception.GetBaseException().Message);
                context.Response.Headers.RetryAfter = RetryAfterSeconds;
                var unavailable = Problem(StatusCodes.Status503ServiceUnavailable, ProblemCodes.DependencyUnavailable,
                    DescribeOutage(context.Request, $"The {kind} is unavailable."));
                unavailable.Extensions["dependency"] = kind;
                return unavailable;
            }

            logger.LogError(exception, "{Method} {Path} failed.", context.Request.Method, context.Request.Path);
            return Problem(StatusCodes.Status500InternalServerError, ProblemCodes.InternalError,
                "The service failed on this request. Give the traceId to the operator.");
        }

        /// <summary>Describes a parameter that ASP.NET could not bind, without the names of types in this program.</summary>
        private static string DescribeParameter(Match binding)
        {
            var name = binding.Groups["name"].Value;
            var expected = binding.Groups["type"].Value switch
            {
                "int" or "long" => "a whole number",
                "double" => "a number",
                "bool" => "true or false",
                "Guid" => "an id",
                "DateTimeOffset" => "a time such as 2027-01-31T18:00:00Z",
                _ => "a value of another form",
            };
            var shown = $"{char.ToLowerInvariant(name[0])}{name[1..]}";
            return $"The parameter '{shown}' must be {expected}, not '{binding.Groups["value"].Value}'.";
        }

        /// <summary>True for a body that ASP.NET could not bind. The message of ASP.NET is for programmers of the service.</summary>
        private static bool IsBodyMissing(BadHttpRequestException exception) =>
            exception.Message.StartsWith("Implicit body inferred", StringComparison.Ordinal)
            || exception.Message.EndsWith("was not provided from body.", StringComparison.Ordinal);

        private static ProblemDetails Problem(int status, string code, string detail) => new()
        {
            Status = status,
            Detail = detail,
            Extensions = { ["code"] = code },
        };
    }
}
