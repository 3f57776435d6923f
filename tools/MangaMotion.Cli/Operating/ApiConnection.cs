using System.Text.Json;
using MangaMotion.Cli.Local;
using MangaMotion.Client;

namespace MangaMotion.Cli.Operating;

/// <summary>API that the operator's commands call: the one that the environment names, else the one of the stack.</summary>
internal static class ApiConnection
{
    private const string UrlVariable = "MANGAMOTION_URL";
    private const string KeyVariable = "MANGAMOTION_API_KEY";

    /// <summary>Whether the environment names an API.</summary>
    public static bool IsInEnvironment => Environment.GetEnvironmentVariable(UrlVariable) is { Length: > 0 };

    /// <summary>Runs a command with a client of the API.</summary>
    /// <exception cref="CommandException">The API rejected the request or did not answer.</exception>
    public static async Task<int> UseAsync(Func<MangaMotionClient, Task<int>> command, CancellationToken cancellationToken)
    {
        var (urls, key) = Find();
        var url = string.Join(" and ", urls);
        try
        {
            return await command(MangaMotionClient.CreateWithFailover(urls, key));
        }
        catch (MangaMotionException exception)
        {
            throw Describe(exception, url);
        }
        catch (JsonException)
        {
            throw new CommandException($"{url} did not answer like MangaMotion. Check {UrlVariable}.");
        }
        catch (Exception exception) when (IsUnreachable(exception, cancellationToken))
        {
            throw new CommandException(
                $"{url} does not answer ({exception.Message}). "
                + $"Start it with {CommandLine.StartServices}, or set {UrlVariable} and {KeyVariable} to use another installation.");
        }
    }

    /// <summary>Describes a rejected request. A wrong value, id, name or script is a wrong argument of the command.</summary>
    public static CommandException Describe(MangaMotionException exception, string url)
    {
        var faults = (exception.Problem.Errors ?? []).Skip(1)
            .Select(fault => fault.Shot is null ? $"{fault.Field}: {fault.Message}" : $"{fault.Shot}, {fault.Field}: {fault.Message}");
        var verb = exception.Problem.Status >= 500 ? "could not answer" : "rejected the request";
        return new(
            string.Join('\n', faults.Prepend($"{url} {verb}: {exception.Message}")),
            exception.Problem.Status is 400 or 404 or 422 ? CommandLine.WrongArgument : CommandLine.Failed);
    }

    /// <summary>Stores a new first key of the stack, so that the next commands use it.</summary>
    public static void ReplaceStackKey(string key)
    {
        if (IsInEnvironment)
            return;
        var clone = Clone.Find();
        if (DeploymentSettings.Load(clone) is not { } settings)
            return;
        (settings with { ApiKey = key }).Save(clone);
        Deployment.Find(clone)!.WriteEnvironmentFile();
    }

    private static (IReadOnlyList<Uri> Urls, string Key) Find()
    {
        if (Environment.GetEnvironmentVariable(UrlVariable) is { Length: > 0 } urls)
        {
            return Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key
                ? ([.. urls.Split(',').Select(ParseUrl)], key)
                : throw new CommandException($"{UrlVariable} is set and {KeyVariable} is not; set it to an API key of {urls}.");
        }

        return Deployment.Find(Clone.Find()) is { } deployment
            ? (deployment.Urls, deployment.ApiKey)
            : throw new CommandException(
                "No stack is running. "
                + $"Start one with {CommandLine.StartServices}, or set {UrlVariable} and {KeyVariable} to use another installation.");
    }

    private static Uri ParseUrl(string text) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new CommandException(
                $"{UrlVariable} has '{text}'; set it to a URL such as http://127.0.0.1:5000, or to several with commas between them.");

    private static bool IsUnreachable(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested;
}
