using System.CommandLine;
using System.Text;
using MangaMotion.Api;
using MangaMotion.Cli.Operating;
using MangaMotion.Client;
using MangaMotion.Comics.Script;
using Spectre.Console;

namespace MangaMotion.Cli.Videos;

/// <summary>
/// <c>video show</c>, <c>script</c>, <c>edit</c>, <c>preview</c>, <c>approve</c>, <c>remake</c> and <c>cancel</c>: one existing video.
/// </summary>
internal static class VideoSubcommands
{
    public static IEnumerable<Command> Create() =>
        [CreateShow(), CreateScript(), CreateEdit(), CreatePreview(), CreateApprove(), CreateRemake(), CreateCancel()];

    /// <summary>Describes how a video that waits for approval continues.</summary>
    public static string DescribeReview(Guid id, string output) =>
        $"The script waits for approval. {CommandLine.Program} video script {id} prints it, "
        + $"{CommandLine.Program} video edit {id} changes it, {CommandLine.Program} video approve {id} -o {output} makes the video.";

    private static Command CreateShow()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        return CreateCommand("show", "Show the stages of a video and the shots to check.", [json], async call =>
        {
            var video = await call.Client.GetVideoAsync(call.Id, call.CancellationToken);
            if (call.Parsed.GetValue(json))
                OutputJson.Write(video);
            else
                Show(video);
        });
    }

    private static Command CreateScript()
    {
        var file = new Option<string?>("--output", "-o") { Description = "File to write. Default: standard output." }
            .Check(
                path => !Directory.Exists(path) && Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))),
                "a file in an existing folder");
        return CreateCommand("script", "Print the script of a video as JSON.", [file], async call =>
        {
            var script = ScriptJson.Write((await call.Client.GetScriptAsync(call.Id, call.CancellationToken)).Script);
            if (call.Parsed.GetValue(file) is { } path)
                await File.WriteAllBytesAsync(path, script, call.CancellationToken);
            else
                Console.WriteLine(Encoding.UTF8.GetString(script));
        });
    }

    private static Command CreateEdit()
    {
        var file = new Argument<string?>("SCRIPT")
        {
            Description = "Edited script. Default: opens the script in the editor that EDITOR names.",
            Arity = ArgumentArity.ZeroOrOne,
        }.Check(File.Exists, "an existing file");
        var preview = new Option<bool>("--preview") { Description = "Show what the edit makes again; store nothing." };
        const string Description = "Replace the script of a video. Only the shots that change are made again.";
        return CreateCommand("edit", Description, [file, preview], async call =>
        {
            // A script from a file has no version: it may have been read at any time.
            string? version = null;
            byte[] script;
            if (call.Parsed.GetValue(file) is { } path)
            {
                script = await File.ReadAllBytesAsync(path, call.CancellationToken);
            }
            else
            {
                var stored = await call.Client.GetScriptAsync(call.Id, call.CancellationToken);
                var old = ScriptJson.Write(stored.Script);
                script = await EditAsync(old, call.CancellationToken);
                version = stored.Version;
                if (script.AsSpan().SequenceEqual(old))
                {
                    AnsiConsole.WriteLine("The script is unchanged.");
                    return;
                }
            }

            if (call.Parsed.GetValue(preview))
                Show(await call.Client.PreviewScriptAsync(call.Id, script, call.CancellationToken));
            else
                Show(call.Id, await call.Client.PutScriptAsync(call.Id, script, version, call.CancellationToken));
        });
    }

    private static Command CreatePreview()
    {
        var shot = new Argument<string>("SHOT") { Description = "Id of the shot in the script, such as p001-s02." };
        var file = new Option<string?>("--output", "-o")
        {
            Description = "MP4 file to write, without sound; the spoken line (.wav) is written beside it. Default: print the addresses.",
        }.Check(
            path => ChapterFiles.IsOutput(path) && !string.Equals(Path.GetExtension(path), ".wav", StringComparison.OrdinalIgnoreCase),
            "a path of a file that can be an MP4");
        return CreateCommand("preview", "Make one shot before the rest of the video, and wait for it.", [shot, file], async call =>
        {
            var name = call.Parsed.GetValue(shot)!;
            var path = call.Parsed.GetValue(file);
            if (path is not null)
                ChapterFiles.PrepareOutput(path);
            var made = await PreviewAsync(call, name);
            if (path is null)
            {
                foreach (var address in new[] { made.VoiceUrl, made.SegmentUrl }.OfType<string>())
                    AnsiConsole.WriteLine(address);
                return;
            }

            await SaveAsync(ShotFiles.Segment, path);
            if (made.VoiceUrl is not null)
                await SaveAsync(ShotFiles.Voice, Path.ChangeExtension(path, ".wav"));

            async Task SaveAsync(string part, string target)
            {
                await using var content = File.Create(target);
                await call.Client.CopyShotFileAsync(call.Id, name, part, content, call.CancellationToken);
                AnsiConsole.WriteLine(target);
            }
        });
    }

    private static async Task<ShotPreview> PreviewAsync(Call call, string shot)
    {
        var preview = await call.Client.PreviewShotAsync(call.Id, shot, call.CancellationToken);
        while (preview.Status != JobStatuses.Done)
        {
            await Task.Delay(Polling.Interval, call.CancellationToken);
            // A request for a shot that failed would make it again.
            var video = await call.Client.GetVideoAsync(call.Id, call.CancellationToken);
            if (video.Shots.FirstOrDefault(each => each.Id == shot) is { Status: JobStatuses.Failed, Error: var error })
                throw new CommandException($"Shot {shot} could not be made: {error}");
            preview = await call.Client.PreviewShotAsync(call.Id, shot, call.CancellationToken);
        }

        return preview;
    }

    private static void Show(ScriptPreview preview) => AnsiConsole.WriteLine(
        $"Makes again: {preview.Lines} lines, {preview.Segments} of {preview.TotalSegments} segments"
        + (preview.Seconds is { } seconds ? $", about {Math.Ceiling(seconds)} s of work." : "."));

    private static void Show(Guid id, VideoStatus video) => AnsiConsole.WriteLine(
        video.EditQueued ? $"Video {id} is {video.State}. The edit is applied when it is finished." : $"Video {id} is {video.State}.");

    private static Command CreateApprove() => CreateFollowed(
        "approve", "Continue a video that waits for approval or stopped after a stage.",
        call => call.Client.ApproveVideoAsync(call.Id, call.CancellationToken));

    private static Command CreateRemake() => CreateFollowed(
        "remake", "Make a failed or canceled video again. Finished shots are kept.",
        call => call.Client.ReplayJobAsync(call.Id, call.CancellationToken));

    private static Command CreateCancel() => CreateCommand(
        "cancel", "Cancel a video.", [], async call =>
            AnsiConsole.WriteLine($"Video {call.Id} is {(await call.Client.CancelJobAsync(call.Id, call.CancellationToken)).Status}."));

    /// <summary>Creates a command after which the video is made further, and is watched and saved if a file is given.</summary>
    private static Command CreateFollowed(string name, string description, Func<Call, Task> continueAsync)
    {
        var output = VideoCommand.CreateOutput();
        output.Description = "Wait for the video and write it to this MP4 file. Default: return at once.";
        return CreateCommand(name, description, [output], async call =>
        {
            if (call.Parsed.GetValue(output) is not { } path)
            {
                await continueAsync(call);
                AnsiConsole.WriteLine($"Video {call.Id} continues. {CommandLine.Program} video show {call.Id} shows its progress.");
                return;
            }

            ChapterFiles.PrepareOutput(path);
            await continueAsync(call);
            var run = new VideoRun(call.Client);
            await run.SaveAsync(await run.WatchAsync(call.Id, call.CancellationToken), path, call.CancellationToken);
        });
    }

    private static Command CreateCommand(string name, string description, Symbol[] parameters, Func<Call, Task> run)
    {
        var id = Arguments.CreateId("The video.", $"{CommandLine.Program} videos lists the ids", required: true);
        var command = new Command(name, description) { id };
        foreach (var parameter in parameters)
        {
            if (parameter is Option option)
                command.Options.Add(option);
            else
                command.Arguments.Add((Argument)parameter);
        }

        command.SetAction((parsed, cancellationToken) => ApiConnection.UseAsync(
            async client =>
            {
                await run(new(client, parsed.GetValue(id)!.Value, parsed, cancellationToken));
                return 0;
            },
            cancellationToken));
        return command;
    }

    private static void Show(VideoStatus video)
    {
        AnsiConsole.WriteLine($"{video.Title ?? "(no title yet)"}: {video.Status}, {video.State}, {video.Progress} %");
        if (video.Error is not null)
            AnsiConsole.WriteLine(video.Error);
        var stages = new ListTable("stage", "status", "progress", "parts");
        foreach (var stage in video.Stages)
            stages.Add(stage.Name, stage.Status, $"{stage.Progress} %", stage.Total > 1 ? $"{stage.Done}/{stage.Total}" : "");
        stages.Write();
        var check = video.Shots.Where(shot => shot.Flag is not null || shot.Error is not null).ToList();
        if (check.Count == 0)
            return;
        AnsiConsole.WriteLine($"{check.Count} of {video.Shots.Count} shots to check:");
        var shots = new ListTable("shot", "page", "reason", "line");
        foreach (var shot in check)
            shots.Add(shot.Id, $"{shot.Page}", Markup.Escape(shot.Error ?? shot.Flag!), Markup.Escape(Cell.Truncate(shot.Line ?? "")));
        shots.Write();
    }

    private static async Task<byte[]> EditAsync(byte[] script, CancellationToken cancellationToken)
    {
        string[] variables = ["VISUAL", "EDITOR"];
        var editor = variables.Select(Environment.GetEnvironmentVariable).FirstOrDefault(value => !string.IsNullOrEmpty(value))
            ?? throw new CommandException("Give the edited script as a file, or set EDITOR to a text editor.");
        var path = Path.Combine(Path.GetTempPath(), $"mangamotion-{Guid.NewGuid():N}.json");
        try
        {
            await File.WriteAllBytesAsync(path, script, cancellationToken);
            // The variable may have arguments, such as "code --wait".
            string[] arguments = ["-c", $"{editor} \"$0\"", path];
            var exitCode = await Tool.RunAsync("/bin/sh", arguments, Environment.CurrentDirectory, cancellationToken);
            return exitCode == 0
                ? await File.ReadAllBytesAsync(path, cancellationToken)
                : throw new CommandException($"{editor} ended with exit code {exitCode}; the script is unchanged.");
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Call of a command on one video.</summary>
    private sealed record Call(MangaMotionClient Client, Guid Id, ParseResult Parsed, CancellationToken CancellationToken);
}
