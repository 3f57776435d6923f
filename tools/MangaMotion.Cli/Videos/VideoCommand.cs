using System.CommandLine;
using MangaMotion.Api;
using MangaMotion.Cli.Local;
using MangaMotion.Cli.Setup;
using MangaMotion.Client;
using Spectre.Console;

namespace MangaMotion.Cli.Videos;

/// <summary><c>video</c>: makes a narrated video of a chapter on the running stack, or on a stack that it starts and stops.</summary>
internal static class VideoCommand
{
    public static Command Create()
    {
        var files = Arguments.CreateFiles("A CBZ, ZIP or PDF, or page images in order.");
        var output = new Option<string>("--output", "-o")
        {
            Description = "MP4 file to write; subtitles and transcript are written beside it.",
            DefaultValueFactory = _ => "video.mp4",
        }.Check(path => Directory.Exists(FindFolder(path)), "a path in an existing folder");
        var fields = CreateFields();
        var flags = CreateFlags();
        var command = new Command("video", "Make a narrated video of a chapter. Starts a stack if none is running.") { files, output };
        foreach (var option in fields.Concat<Option>(flags))
            command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) =>
        {
            var chosen = new Dictionary<string, string>();
            foreach (var field in fields)
            {
                if (parsed.GetValue(field) is { } value)
                    chosen[ToField(field)] = value;
            }

            foreach (var flag in flags.Where(parsed.GetValue))
                chosen[ToField(flag)] = "true";
            return RunAsync(parsed.GetValue(files)!, parsed.GetValue(output)!, chosen, cancellationToken);
        });
        return command;
    }

    /// <summary>Creates the options that the API has as form fields under the same name.</summary>
    private static Option<string?>[] CreateFields() =>
    [
        new Option<string?>("--direction") { Description = "Reading direction: auto (default; by ComicInfo.xml, else rtl), rtl or ltr." }
            .Only(ReadingDirections.Auto, ReadingDirections.RightToLeft, ReadingDirections.LeftToRight),
        new Option<string?>("--language")
        {
            Description = "Language of lettering and voice: auto (default; by ComicInfo.xml, else en), en or ja.",
        }.Only("auto", "en", "ja"),
        new Option<string?>("--voice") { Description = "Name of a voice." },
        new Option<string?>("--size") { Description = $"Size of the video: {VideoSizes.Allowed}. Default: {VideoSizes.Landscape}." }
            .Check(text => VideoSizes.Parse(text) is not null, VideoSizes.Allowed),
        new Option<string?>("--fps") { Description = "Frames a second: 24, 25, 30 (default) or 60." }.Only("24", "25", "30", "60"),
        new Option<string?>("--title") { Description = "Title of the chapter." },
        new Option<string?>("--unreadable-pages")
        {
            Description = "Unreadable pages: show (default) skips and flags them, fail fails the video.",
        }.Only("show", "fail"),
    ];

    private static Option<bool>[] CreateFlags() =>
    [
        new("--music") { Description = "Add music under the speech." },
        new("--burn-subtitles") { Description = "Draw the subtitles into the picture as well." },
    ];

    private static async Task<int> RunAsync(
        string[] files, string output, Dictionary<string, string> fields, CancellationToken cancellationToken)
    {
        var clone = Clone.Find();
        var progress = new ProgressLines();
        var settings = DeploymentSettings.LoadOrDefault(clone);
        var wasRunning = Deployment.Find(clone) is { IsRunning: true };
        await Installation.EnsureAsync(clone, settings.PackageGroups, progress, cancellationToken);
        await ServiceBuild.EnsureAsync(clone, progress, cancellationToken);
        await using var deployment = await Deployment.StartAsync(clone, settings, detached: wasRunning, progress, cancellationToken);
        try
        {
            await MakeAsync(MangaMotionClient.Create(deployment.Url, deployment.ApiKey), files, output, fields, cancellationToken);
            return 0;
        }
        finally
        {
            if (!wasRunning)
                await deployment.StopAsync(CancellationToken.None);
        }
    }

    private static async Task MakeAsync(
        MangaMotionClient client, string[] files, string output, Dictionary<string, string> fields, CancellationToken cancellationToken)
    {
        try
        {
            var run = new VideoRun(client);
            var video = await run.MakeAsync(files.Select(FileToSend.FromDisk), fields, cancellationToken);
            await run.SaveAsync(video.Id, VideoVariants.Video, output, cancellationToken);
            await run.SaveAsync(video.Id, VideoVariants.Subtitles, Path.ChangeExtension(output, "vtt"), cancellationToken);
            await run.SaveAsync(video.Id, VideoVariants.Transcript, Path.ChangeExtension(output, "txt"), cancellationToken);
            var draft = video.Results!.Draft ? ", draft: a provider failed" : "";
            AnsiConsole.MarkupLineInterpolated($"{output}: {video.Results.Seconds:0.0} s, {video.Shots.Count} shots{draft}");
            AnsiConsole.WriteLine(
                $"direction {video.Direction} (from: {video.DirectionFrom}), language {video.Language} (from: {video.LanguageFrom})");
            foreach (var note in video.Notes)
                AnsiConsole.WriteLine(note);
        }
        catch (MangaMotionException exception)
        {
            throw new CommandException($"The API rejected the request: {exception.Message}");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The video was not saved: {exception.Message}");
        }
    }

    private static string FindFolder(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";

    private static string ToField(Option option) => option.Name.TrimStart('-').Replace('-', '_');
}
