using MangaMotion.Client;
using MangaMotion.Console.Pages.Shared;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;

namespace MangaMotion.Console.Sessions;

/// <summary>Login with an API key or a one-time token, and logout.</summary>
internal static partial class LoginEndpoints
{
    private const int MaxKeyLength = 500;

    public static void MapLogin(this IEndpointRouteBuilder app)
    {
        app.MapPost(Routes.Login, LoginAsync);
        app.MapPost("/logout", LogoutAsync);
    }

    private static async Task<IResult> LoginAsync(
        [FromForm(Name = "key")] string? sent, [FromForm(Name = "to")] string? target, HttpContext context, ApiConnections connections,
        LoginLinks links, LoginLimit limit, TimeProvider clock, ILogger<Session> logger)
    {
        var address = context.Connection.RemoteIpAddress;
        if (limit.IsReached(address))
        {
            context.Response.Headers.RetryAfter = "60";
            await Answers.WriteAsync(
                context, StatusCodes.Status429TooManyRequests, "Too many failed logins",
                "Wait a minute, then try again with the right key.");
            return Results.Empty;
        }

        var typed = sent?.Trim() ?? "";
        var key = typed.StartsWith(LoginLinks.Prefix, StringComparison.Ordinal) ? links.Exchange(typed) : typed;
        var session = key is { Length: > 0 and <= MaxKeyLength } && key.All(letter => letter is > ' ' and < '\x7f')
            ? await FindSessionAsync(connections.CreateClient(key), key, context.RequestAborted)
            : null;
        if (session is null)
        {
            limit.CountFailure(address);
            LogRejected(logger, address?.ToString());
            var reason = typed.StartsWith(LoginLinks.Prefix, StringComparison.Ordinal) ? "link" : "key";
            return Answers.Go($"{Routes.Login}?failed={reason}");
        }

        await SessionCookies.SignInAsync(context, session, clock);
        LogLoggedIn(logger, session.KeyId, session.OwnerId);
        return Answers.Go(Routes.ToLocal(target));
    }

    private static async Task LogoutAsync(HttpContext context)
    {
        await context.SignOutAsync(SessionCookies.Scheme);
        await Answers.Go(Routes.Login).ExecuteAsync(context);
    }

    /// <summary>Asks the API for the owner and the scopes of a key; null if the API rejects the key.</summary>
    private static async Task<Session?> FindSessionAsync(MangaMotionClient client, string key, CancellationToken cancellationToken)
    {
        try
        {
            var me = await client.GetMeAsync(cancellationToken);
            return new(Guid.NewGuid().ToString("N"), me.KeyId, me.Name, me.OwnerId, me.First, me.Scopes, key);
        }
        catch (MangaMotionException exception) when (Loaded.IsKeyRejected(exception))
        {
            return null;
        }
    }

    [LoggerMessage(EventId = 6010, Level = LogLevel.Warning, Message = "Login from {Address} rejected.")]
    private static partial void LogRejected(ILogger logger, string? address);

    [LoggerMessage(EventId = 6011, Level = LogLevel.Information, Message = "Key {KeyId} of owner {OwnerId} logged in.")]
    private static partial void LogLoggedIn(ILogger logger, Guid keyId, Guid ownerId);
}
