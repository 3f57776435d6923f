using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using MangaMotion.Api;
using MangaMotion.Cli.Local;
using MangaMotion.Cli.Operating;
using MangaMotion.Cli.Setup;
using MangaMotion.Client;
using Spectre.Console;

namespace MangaMotion.Cli.Videos;

/// <summary><c>video</c>: makes a narrated video of a chapter on the running stack, or on a stack that it starts and stops.</summary>
internal static class VideoCommand
{
    private const string Review = "--review";
    private const string Each = "--each";

    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "A CBZ, CBR, CB7, CBT, ZIP, EPUB or PDF, page images in order, or a folder of page images.",
            Arity = ArgumentArity.OneOrMore,
        }.Check(ChapterFiles.IsChapter, "an existing file or a folder of page images");
        var output = CreateOutput();
        output.DefaultValueFactory = _ => "video.mp4";
        var fields = CreateFields();
        var flags = CreateFlags();
        var command = new Command("video", "Make a narrated video of a chapter. Starts a stack if none is running.") { files, output };
        foreach (var option in fields.Concat<Option>(flags))
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetResult(Each) is OptionResult { Implicit: false })
                CheckEach(result, files, output);
        });
        foreach (var subcommand in VideoSubcommands.Create())
            command.Subcommands.Add(subcommand);
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

    /// <summary>Creates the option for the file that a video is saved to.</summary>
    public static Option<string?> CreateOutput() =>
        new Option<string?>("--output", "-o")
        {
            Description = "MP4 file to write; subtitles (.vtt) and transcript (.txt) are written beside it.",
        }.Check(ChapterFiles.IsOutput, "a path of a file that can be an MP4");

    /// <summary>Creates the options that the API has as form fields under the same name.</summary>
    private static Option<string?>[] CreateFields() =>
    [
        new Option<string?>("--direction")
        {
            Description = "Reading direction: auto (default; by ComicInfo.xml or the lettering, else rtl), rtl or ltr.",
        }.Only(ReadingDirections.Auto, ReadingDirections.RightToLeft, ReadingDirections.LeftToRight),
        new Option<string?>("--language")
        {
            Description = "Language of lettering and voice: auto (default; by ComicInfo.xml or the lettering, else en), en or ja.",
        }.Only(Languages.Auto, Languages.English, Languages.Japanese),
        new Option<string?>("--voice") { Description = $"Name of a voice, as {CommandLine.Program} voices lists them." },
        new Option<string?>("--size") { Description = $"Size of the video: {VideoSizes.Allowed}. Default: {VideoSizes.Landscape}." }
            .Check(text => VideoSizes.Parse(text) is not null, VideoSizes.Allowed),
        new Option<string?>("--fps") { Description = "Frames a second: 24, 25, 30 (default) or 60." }.Only("24", "25", "30", "60"),
        new Option<string?>("--preset")
        {
            Description = $"Options under one name: {string.Join(", ", VideoPresets.All)}, or a JSON file. Other options win.",
            CustomParser = ReadPreset,
        },
        new Option<string?>("--captions") { Description = "Subtitles in the picture: lines (default), or words, word by word." }
            .Only(CaptionForms.Lines, CaptionForms.Words),
        new Option<string?>("--pace") { Description = "Factor of the time of shots without a line, 0.5 to 2. Default: 1." }
            .Check(IsPace, "a number from 0.5 to 2"),
        new Option<string?>("--transitions") { Description = "Fades: at new pages (default), between all shots, or none." }
            .Only(TransitionPlaces.Pages, TransitionPlaces.All, TransitionPlaces.None),
        new Option<string?>("--collection") { Description = "Collection of the video, whose cast speaks." },
        new Option<string?>("--title") { Description = "Title of the chapter." },
        new Option<string?>("--author") { Description = "Author on the title cards; by default that of ComicInfo.xml." },
        new Option<string?>("--source") { Description = "Source on the end card; by default the address in ComicInfo.xml." },
        new Option<string?>("--unreadable-pages")
        {
            Description = "Unreadable pages: show (default) skips and flags them, fail fails the video.",
        }.Only(UnreadablePageHandlings.Show, UnreadablePageHandlings.Fail),
        IngestCommand.CreateVariants("Variants of the poster, written beside the video"),
    ];

    private static Option<bool>[] CreateFlags() =>
    [
        new("--music") { Description = "Add music under the speech." },
        new("--ambience") { Description = "Add the sound of a quiet room, 26 LU below the speech." },
        new("--burn-subtitles") { Description = "Draw the subtitles into the picture as well." },
        new("--titles") { Description = "Add an opening card, and an end card with source and credits." },
        new(Each) { Description = "Every file is a chapter: make a video of each. The stack is left running, and no video is saved." },
        new(Review) { Description = "Stop after the script, so that it can be edited and approved. The stack is left running." },
    ];

    /// <summary>Checks the arguments of several videos: files only, and no file to save to.</summary>
    private static void CheckEach(CommandResult result, Argument<string[]> files, Option<string?> output)
    {
        if (result.GetResult(output) is { Implicit: false })
            result.AddError("--each saves no video; leave --output out.");
        else if (result.GetValue(files)?.FirstOrDefault(Directory.Exists) is { } folder)
            result.AddError($"FILE: '{folder}' is a folder, which --each does not take; name its files.");
    }

    private static string? ReadPreset(ArgumentResult result)
    {
        var text = result.Tokens is [var token, ..] ? token.Value : "";
        if (VideoPresets.All.Contains(text))
            return text;
        try
        {
            if (File.Exists(text))
                return File.ReadAllText(text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Described below, as a file that cannot be read.
        }

        var expected = $"one of {string.Join(", ", VideoPresets.All)}, and no file that can be read";
        result.AddError(Arguments.Describe("--preset", text, expected));
        return null;
    }

    private static bool IsPace(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var pace) && pace is >= 0.5 and <= 2;

    private static async Task<int> RunAsync(
        string[] files, string output, Dictionary<string, string> fields, CancellationToken cancellationToken)
    {
        ChapterFiles.PrepareOutput(output);
        if (ApiConnection.IsInEnvironment)
        {
            return await ApiConnection.UseAsync(
                async client =>
                {
                    await MakeAsync(client, files, output, fields, cancellationToken);
                    return 0;
                },
                cancellationToken);
        }

        var clone = Clone.Find();
        var progress = new ProgressLines();
        var settings = DeploymentSettings.LoadOrDefault(clone);
        var keepRunning = fields.ContainsKey("review") || fields.ContainsKey("each") || Deployment.Find(clone) is { IsRunning: true };
        await Installation.EnsureAsync(clone, settings.PackageGroups, progress, cancellationToken);
        await ServiceBuild.EnsureAsync(clone, progress, cancellationToken);
        await using var deployment = await Deployment.StartAsync(clone, settings, detached: keepRunning, progress, cancellationToken);
        try
        {
            var client = MangaMotionClient.CreateWithFailover(deployment.Urls, deployment.ApiKey);
            await MakeAsync(client, files, output, fields, cancellationToken);
            return 0;
        }
        catch (MangaMotionException exception)
        {
            throw ApiConnection.Describe(exception, $"{deployment.Url}");
        }
        catch (HttpRequestException exception)
        {
            throw new CommandException($"The video was not saved: {exception.Message}");
        }
        finally
        {
            if (!keepRunning)
                await deployment.StopAsync(CancellationToken.None);
        }
    }

    private static async Task MakeAsync(
        MangaMotionClient client, string[] files, string output, Dictionary<string, string> fields, CancellationToken cancellationToken)
    {
        try
        {
            if (fields.Remove("each"))
            {
                fields["videos"] = VideosOfFiles.Each;
                var accepted = await client.CreateVideoAsync(ChapterFiles.List(files), fields, cancellationToken: cancellationToken);
                foreach (var each in accepted.Videos)
                    AnsiConsole.WriteLine($"Video {each.Id}: {each.Name}");
                AnsiConsole.WriteLine($"{CommandLine.Program} videos shows their progress.");
                return;
            }

            var run = new VideoRun(client);
            var video = await run.MakeAsync(ChapterFiles.List(files), fields, cancellationToken);
            if (video.State == VideoStateNames.AwaitingApproval)
                AnsiConsole.WriteLine(VideoSubcommands.DescribeReview(video.Id, output));
            else
                await run.SaveAsync(video, output, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The video was not saved: {exception.Message}");
        }
    }

    private static string ToField(Option option) => option.Name.TrimStart('-').Replace('-', '_');
}
