using MangaMotion.Console.Sessions;

namespace MangaMotion.Console.Pages.Shared;

/// <summary>Logs each change with the key that made it.</summary>
internal sealed partial class ChangeLog(ILogger<ChangeLog> logger) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var key = Session.Read(http.User)?.KeyId;
        try
        {
            var result = await next(context);
            LogChange(logger, key, http.Request.Path, http.Response.StatusCode);
            return result;
        }
        catch (Exception exception)
        {
            LogRefused(logger, key, http.Request.Path, exception.Message);
            throw;
        }
    }

    [LoggerMessage(EventId = 6030, Level = LogLevel.Information, Message = "Key {KeyId} posted {Path}: {Status}.")]
    private static partial void LogChange(ILogger logger, Guid? keyId, string path, int status);

    [LoggerMessage(EventId = 6031, Level = LogLevel.Warning, Message = "Key {KeyId} posted {Path}: refused ({Reason}).")]
    private static partial void LogRefused(ILogger logger, Guid? keyId, string path, string reason);
}
