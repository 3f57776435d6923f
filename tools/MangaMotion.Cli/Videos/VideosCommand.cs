using System.CommandLine;
using MangaMotion.Api;
using MangaMotion.Cli.Operating;
using Spectre.Console;

namespace MangaMotion.Cli.Videos;

/// <summary><c>videos</c>: lists videos.</summary>
internal static class VideosCommand
{
    public static Command Create()
    {
        var state = new Option<string?>("--state") { Description = $"Only this state: {string.Join(", ", VideoListStates.All)}." }
            .Only(VideoListStates.All);
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("videos", "List the newest 100 videos.") { state, json };
        command.SetAction((parsed, cancellationToken) => ApiConnection.UseAsync(
            async client =>
            {
                var query = new Dictionary<string, string>();
                if (parsed.GetValue(state) is { } wanted)
                    query["state"] = wanted;
                var found = await client.GetVideosAsync(query, cancellationToken);
                if (parsed.GetValue(json))
                    OutputJson.Write(found);
                else
                    Show(found);
                return 0;
            },
            cancellationToken));
        return command;
    }

    private static void Show(VideoList found)
    {
        if (found.Videos.Count == 0)
            AnsiConsole.WriteLine("No videos.");
        var table = new ListTable("id", "created", "title", "state", "progress", "to check", "error");
        foreach (var video in found.Videos)
        {
            table.Add(
                $"{video.Id}", Cell.Format(video.CreatedAt), Markup.Escape(video.Title ?? ""), video.State, $"{video.Progress} %",
                $"{video.Flags} of {video.Shots}", Markup.Escape(Cell.Truncate(video.Error ?? "")));
        }

        table.Write();
        if (found.NextPageToken is not null)
            AnsiConsole.WriteLine("There are more videos; use --state.");
    }
}
