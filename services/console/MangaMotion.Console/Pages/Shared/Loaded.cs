using System.Net;
using MangaMotion.Client;

namespace MangaMotion.Console.Pages.Shared;

/// <summary>Why a part of a page cannot be shown, or why an action failed.</summary>
public sealed record Failure(int Status, string Code, string Title, string? Detail, string? TraceId = null)
{
    public const string ApiAway = "api_away";

    public bool IsGone => Status == (int)HttpStatusCode.NotFound;

    /// <summary>Describes an exception of a request to the API; null if the exception is a fault of the console.</summary>
    public static Failure? Describe(Exception exception, CancellationToken cancellationToken = default) => exception switch
    {
        MangaMotionException { Problem: { Status: (int)HttpStatusCode.NotFound } problem } =>
            new(problem.Status, problem.Code, "Not there, or not yours", problem.Detail, problem.TraceId),
        MangaMotionException { Problem: var problem } =>
            new(problem.Status, problem.Code, problem.Title ?? "The API refused the request", problem.Detail, problem.TraceId),
        HttpRequestException or IOException => Away(),
        OperationCanceledException when !cancellationToken.IsCancellationRequested => Away(),
        _ => null,
    };

    private static Failure Away() => new(
        (int)HttpStatusCode.ServiceUnavailable, ApiAway, "The API does not answer",
        "Nothing was changed. This page continues by itself when the API is back.");
}

/// <summary>Value of the API, or the reason why there is none.</summary>
internal sealed record Loaded<T>(T? Value, Failure? Failure)
    where T : class;

internal static class Loaded
{
    /// <summary>Reads a value. A rejected API key is not caught: it ends the session.</summary>
    public static async Task<Loaded<T>> ReadAsync<T>(Task<T> reading)
        where T : class
    {
        try
        {
            return new(await reading, null);
        }
        catch (Exception exception) when (!IsKeyRejected(exception) && Failure.Describe(exception) is not null)
        {
            return new(null, Failure.Describe(exception));
        }
    }

    public static bool IsKeyRejected(Exception exception) =>
        exception is MangaMotionException { Problem.Status: (int)HttpStatusCode.Unauthorized };
}
