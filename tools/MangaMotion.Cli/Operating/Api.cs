using MangaMotion.Cli.Local;
using MangaMotion.Client;

namespace MangaMotion.Cli.Operating;

/// <summary>The API that the operator's commands speak to: that of the environment, else that of the stack which <c>up</c> runs.</summary>
internal static class Api
{
    /// <summary>Runs a command against it; what the API refuses is told as it says it.</summary>
    public static async Task<int> UseAsync(Func<MangaMotionClient, Task<int>> command)
    {
        var (url, key) = Find();
        try
        {
            return await command(MangaMotionClient.Create(url, key));
        }
        catch (MangaMotionException refused)
        {
            throw new CommandException($"{url} refused: {refused.Message}");
        }
        catch (HttpRequestException exception)
        {
            throw new CommandException($"{url} does not answer ({exception.Message}). Start it with ./mangamotion up, or set MANGAMOTION_URL and MANGAMOTION_API_KEY.");
        }
    }

    private static (Uri Url, string Key) Find()
    {
        if (Environment.GetEnvironmentVariable("MANGAMOTION_URL") is { Length: > 0 } url)
        {
            return Uri.TryCreate(url, UriKind.Absolute, out var address) && Environment.GetEnvironmentVariable("MANGAMOTION_API_KEY") is { Length: > 0 } key
                ? (address, key)
                : throw new CommandException("MANGAMOTION_URL must be a URL such as http://127.0.0.1:5000, and MANGAMOTION_API_KEY the key to use there.");
        }

        return Deployment.Find(Clone.Find()) is { } deployment
            ? (deployment.Url, deployment.ApiKey)
            : throw new CommandException("Nothing runs here. Start it with ./mangamotion up, or set MANGAMOTION_URL and MANGAMOTION_API_KEY to use another installation.");
    }
}
