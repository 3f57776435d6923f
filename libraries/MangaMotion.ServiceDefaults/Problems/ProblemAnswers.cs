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

/// <summary>Makes every error answer <c>application/problem+json</c> with <c>type</c>, <c>title</c>, <c>status</c>, <c>detail</c>, <c>code</c> and <c>traceId</c>.</summary>
internal static partial class ProblemAnswers
{
    public static void AddProblems(this IServiceCollection services)
    {
        services.AddProblemDetails(options => options.CustomizeProblemDetails = context => Complete(context.HttpContext, context.ProblemDetails));
        services.AddExceptionHandler<Handler>();

        // Otherwise a body that cannot be read is a 400 that does not say why.
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

    private static void Complete(HttpContext context, ProblemDetails problem)
    {
        var status = problem.Status ??= context.Response.StatusCode;
        if (!problem.Extensions.TryGetValue("code", out var code) || code is null)
            problem.Extensions["code"] = code = ProblemCodes.Of(status);
        problem.Type = $"urn:mangamotion:problem:{code}";
        problem.Title ??= ReasonPhrases.GetReasonPhrase(status);
        problem.Detail = Shorten(problem.Detail ?? Detail(context, status));
        problem.Extensions["traceId"] = Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;
    }

    private static string? Detail(HttpContext context, int status) => status switch
    {
        StatusCodes.Status404NotFound => $"Nothing is at {context.Request.Path}, or it is not yours.",
        StatusCodes.Status405MethodNotAllowed => $"{context.Request.Path} does not answer {context.Request.Method}; it answers {context.Response.Headers.Allow}.",
        _ => null,
    };

    /// <summary>Cuts quotations and words at 200 characters: a detail may quote what the caller sent, but never much of it.</summary>
    private static string? Shorten(string? detail) => detail is null ? null : Word().Replace(Quotation().Replace(detail, "'${start}…'"), "${start}…");

    [GeneratedRegex(@"'(?<start>[^']{200})[^']+'", RegexOptions.NonBacktracking)]
    private static partial Regex Quotation();

    [GeneratedRegex(@"(?<start>\S{200})\S{2,}", RegexOptions.NonBacktracking)]
    private static partial Regex Word();

    private sealed class Handler(ILogger<Handler> logger) : IExceptionHandler
    {
        private const string RetryAfterSeconds = "5";

        public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            if (httpContext.RequestAborted.IsCancellationRequested)
            {
                // The caller has gone: there is nobody to answer, and nothing went wrong here.
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
                    return Problem(StatusCodes.Status400BadRequest, ProblemCodes.InvalidJson, $"The body is not the JSON that is expected here: {DescribeFault(json)}");
                case BadHttpRequestException bad when IsBodyMissing(bad):
                    return Problem(StatusCodes.Status400BadRequest, ProblemCodes.InvalidJson, "The body is missing or null. Send a JSON object.");
                case BadHttpRequestException bad:
                    return Problem(bad.StatusCode, ProblemCodes.Of(bad.StatusCode), bad.Message);
            }

            if (Outage.KindOf(exception) is { } kind)
            {
                logger.LogWarning("{Method} {Path} answered 503: the {Dependency} is not available ({Reason}).",
                    context.Request.Method, context.Request.Path, kind, exception.GetBaseException().Message);
                context.Response.Headers.RetryAfter = RetryAfterSeconds;
                var unavailable = Problem(StatusCodes.Status503ServiceUnavailable, ProblemCodes.DependencyUnavailable,
                    $"The {kind} is not available right now. Nothing was accepted; try again in {RetryAfterSeconds} s.");
                unavailable.Extensions["dependency"] = kind;
                return unavailable;
            }

            logger.LogError(exception, "{Method} {Path} failed.", context.Request.Method, context.Request.Path);
            return Problem(StatusCodes.Status500InternalServerError, ProblemCodes.InternalError,
                "Something went wrong on our side. Give the traceId to the operator.");
        }

        /// <summary>Names the place of a wrong value, without the names of types in this program.</summary>
        private static string DescribeFault(JsonException exception) =>
            exception.Message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal)
                ? $"the value at {exception.Path} has the wrong type."
                : exception.Message;

        /// <summary>Recognizes a body that ASP.NET could not bind, whose own message is for the programmer of the service.</summary>
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
