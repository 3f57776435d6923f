using System.Text.Json;
using MangaMotion.Cli.Local;
using MangaMotion.Client;

namespace MangaMotion.Cli.Operating;

/// <summary>API that the operator's commands call: the one that the environment names, else the one of the stack.</summary>
internal static class ApiConnection
{
    private const string UrlVariable = "MANGAMOTION_URL";
    private const string KeyVariable = "MANGAMOTION_API_KEY";

    /// <summary>Runs a command with a client of the API.</summary>
    /// <exception cref="CommandException">The API rejected the request or did not answer.</exception>
    public static async Task<int> UseAsync(Func<MangaMotionClient, Task<int>> command, CancellationToken cancellationToken)
    {
        var (url, key) = Find();
        try
        {
            return await command(MangaMotionClient.Create(url, key));
        }
        catch (MangaMotionException exception)
        {
            string[] lines = [$"{url} rejected the request: {exception.Message}", .. exception.Problem.Errors ?? []];
            throw new CommandException(string.Join('\n', lines));
        }
        catch (JsonException)
        {
            throw new CommandException($"{url} did not answer like MangaMotion. Check {UrlVariable}.");
        }
        catch (Exception exception) when (IsUnreachable(exception, cancellationToken))
        {
            throw new CommandException(
                $"{url} does not answer ({exception.Message}). "
                + $"Start it with ./mangamotion up, or set {UrlVariable} and {KeyVariable} to use another installation.");
        }
    }

    /// <summary>Stores a new first key of the stack, so that the next commands use it.</summary>
    public static void ReplaceStackKey(string key)
    {
        if (Environment.GetEnvironmentVariable(UrlVariable) is { Length: > 0 })
            return;
        var clone = Clone.Find();
        if (DeploymentSettings.Load(clone) is not { } settings)
            return;
        (settings with { ApiKey = key }).Save(clone);
        Deployment.Find(clone)!.WriteEnvironmentFile();
    }

    private static (Uri Url, string Key) Find()
    {
        if (Environment.GetEnvironmentVariable(UrlVariable) is { Length: > 0 } url)
        {
            var isUrl = Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";
            if (!isUrl)
                throw new CommandException($"{UrlVariable} is '{url}'; set it to a URL such as http://127.0.0.1:5000.");
            return Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key
                ? (address!, key)
                : throw new CommandException($"{UrlVariable} is set and {KeyVariable} is not; set it to an API key of {url}.");
        }

        return Deployment.Find(Clone.Find()) is { } deployment
            ? (deployment.Url, deployment.ApiKey)
            : throw new CommandException(
                "No stack is running. "
                + $"Start one with ./mangamotion up, or set {UrlVariable} and {KeyVariable} to use another installation.");
    }

    private static bool IsUnreachable(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested;
}
