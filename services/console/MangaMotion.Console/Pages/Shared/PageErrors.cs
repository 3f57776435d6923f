namespace MangaMotion.Console.Pages.Shared;

/// <summary>Shows failures as a page. A key that the API rejects ends the session.</summary>
internal sealed partial class PageErrors(RequestDelegate next, ILogger<PageErrors> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            await AnswerAsync(context, exception);
        }
    }

    private Task AnswerAsync(HttpContext context, Exception exception)
    {
        // The renderer of a page adds this header, and the renderer of the answer adds it again.
        context.Response.Headers.Remove("blazor-enhanced-nav");
        if (Loaded.IsKeyRejected(exception))
            return Answers.EndSessionAsync(context);
        if (exception is BadHttpRequestException bad)
            return Answers.WriteAsync(context, bad.StatusCode, "The request was not understood", bad.Message);
        if (Failure.Describe(exception) is { } failure)
            return Answers.WriteAsync(context, failure.Status, failure.Title, failure.Detail, failure.Code, failure.TraceId);
        LogFailure(logger, context.Request.Method, context.Request.Path, exception);
        return Answers.WriteAsync(
            context, StatusCodes.Status500InternalServerError, "The console failed", "Give the trace id to the operator.", "internal_error",
            System.Diagnostics.Activity.Current?.TraceId.ToHexString());
    }

    [LoggerMessage(EventId = 6020, Level = LogLevel.Error, Message = "{Method} {Path} failed.")]
    private static partial void LogFailure(ILogger logger, string method, string path, Exception exception);
}
