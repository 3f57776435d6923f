using System.CommandLine;
using MangaMotion.Cli.Local;
using MangaMotion.Cli.Setup;
using MangaMotion.Client;
using Spectre.Console;

namespace MangaMotion.Cli.Videos;

/// <summary><c>video</c>: a narrated video of a chapter, on the stack that runs or on one of its own.</summary>
internal static class VideoCommand
{
    /// <summary>Options that are form fields of the API under the same name.</summary>
    private static readonly (string Name, string Help, string[] Allowed)[] Fields =
    [
        ("--direction", "Reading direction: auto (default; by ComicInfo.xml, else rtl), rtl or ltr.", ["auto", "rtl", "ltr"]),
        ("--language", "Language of lettering and voice: auto (default; by ComicInfo.xml, else en), en or ja.", ["auto", "en", "ja"]),
        ("--voice", "Name of a voice.", []),
        ("--size", "landscape (default), portrait, square, or WIDTHxHEIGHT.", []),
        ("--fps", "Frames a second: 24, 25, 30 (default) or 60.", ["24", "25", "30", "60"]),
        ("--title", "Title of the chapter.", []),
        ("--unreadable-pages", "What to do with an unreadable page: show (default) skips and flags it, fail fails the video.", ["show", "fail"]),
    ];

    private static readonly (string Name, string Help)[] Flags =
        [("--music", "Music under the speech."), ("--burn-subtitles", "Draw the subtitles into the picture too.")];

    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "A CBZ, ZIP or PDF, or page images in order.", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string>("--output", "-o") { Description = "The MP4 to write; subtitles and transcript go beside it.", DefaultValueFactory = _ => "video.mp4" };
        var fields = Fields.Select(field => Option(field.Name, field.Help, field.Allowed)).ToArray();
        var flags = Flags.Select(flag => new Option<bool>(flag.Name) { Description = flag.Help }).ToArray();
        var command = new Command("video", "Make a narrated video of a chapter. Starts a stack for it if none is up.") { files, output };
        foreach (var option in fields.Concat<Option>(flags))
            command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) =>
        {
            var chosen = new Dictionary<string, string>();
            foreach (var option in fields)
            {
                if (parsed.GetValue(option) is { } value)
                    chosen[FieldOf(option)] = value;
            }

            foreach (var flag in flags.Where(parsed.GetValue))
                chosen[FieldOf(flag)] = "true";
            return RunAsync(parsed.GetValue(files)!, parsed.GetValue(output)!, chosen, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(string[] files, string output, Dictionary<string, string> fields, CancellationToken cancellationToken)
    {
        foreach (var missing in files.Where(file => !File.Exists(file)))
            throw new CommandException($"There is no file {missing}.");
        if (Path.GetDirectoryName(Path.GetFullPath(output)) is { } folder && !Directory.Exists(folder))
            throw new CommandException($"There is no folder {folder} to write the video into.");

        var clone = Clone.Find();
        var progress = new ProgressLines();
        var settings = DeploymentSettings.LoadOrDefault(clone);
        var borrowed = Deployment.Find(clone) is { IsRunning: true };
        await Installation.EnsureAsync(clone, settings.PackageGroups, progress, cancellationToken);
        await ServiceBuild.EnsureAsync(clone, progress, cancellationToken);
        await using var deployment = await Deployment.StartAsync(clone, settings, detached: borrowed, progress, cancellationToken);
        try
        {
            await MakeAsync(MangaMotionClient.Create(deployment.Url, deployment.ApiKey), files, output, fields, cancellationToken);
            return 0;
        }
        finally
        {
            if (!borrowed)
                await deployment.StopAsync(CancellationToken.None);
        }
    }

    private static async Task MakeAsync(MangaMotionClient client, string[] files, string output, Dictionary<string, string> fields, CancellationToken cancellationToken)
    {
        try
        {
            var run = new VideoRun(client);
            var video = await run.MakeAsync(files.Select(FileToSend.FromDisk), fields, cancellationToken);
            await run.SaveAsync(video.Id, "video", output, cancellationToken);
            await run.SaveAsync(video.Id, "subtitles", Path.ChangeExtension(output, "vtt"), cancellationToken);
            await run.SaveAsync(video.Id, "transcript", Path.ChangeExtension(output, "txt"), cancellationToken);
            AnsiConsole.MarkupLineInterpolated($"{output}: {video.Results!.Seconds:0.0} s, {video.Shots.Count} shots{(video.Results.Draft ? ", draft: a provider failed" : "")}");
            AnsiConsole.MarkupLineInterpolated($"direction {video.Direction} (from: {video.DirectionFrom}), language {video.Language} (from: {video.LanguageFrom})");
            foreach (var note in video.Notes)
                AnsiConsole.MarkupLineInterpolated($"{note}");
        }
        catch (Exception exception) when (exception is MangaMotionException or HttpRequestException)
        {
            throw new CommandException(exception.Message);
        }
    }

    private static Option<string?> Option(string name, string help, string[] allowed)
    {
        var option = new Option<string?>(name) { Description = help };
        if (allowed.Length > 0)
            option.AcceptOnlyFromAmong(allowed);
        return option;
    }

    private static string FieldOf(Option option) => option.Name.TrimStart('-').Replace('-', '_');
}
