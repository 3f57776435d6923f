using System.CommandLine;
using MangaMotion.Cli.Operating;

namespace MangaMotion.Cli.Tests;

/// <summary>Wrong arguments: one line that names the argument and the value, and exit code 2.</summary>
public sealed class WrongArgumentTests : IDisposable
{
    /// <summary>Options that accept any text; the API checks it.</summary>
    private static readonly string[] TextOptions =
        ["--type", "--error", "--collection", "--fingerprint", "--q", "--voice", "--title", "--filter", "--screenshots", "--folder",
            "--author", "--source", "--reason", "--image"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mangamotion-test-");

    public static TheoryData<string> Commands => [.. FindCommands().Select(command => command.Path)];

    public static TheoryData<string> CommandsWithAnId =>
        [.. Commands.Select(data => data.Data).Where(path => Find(path).Arguments.Any(argument => argument.Name == "ID"))];

    /// <summary>Every option that accepts only some values.</summary>
    public static TheoryData<string, string> CheckedOptions
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (path, command) in FindCommands())
            {
                var options = command.Options.Where(option => !IsFlag(option));
                foreach (var option in options.Where(option => !TextOptions.Contains(option.Name)))
                    data.Add(path, option.Name);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(CheckedOptions))]
    public async Task A_wrong_value_of_an_option_is_named(string command, string option)
    {
        var value = option == "--output" ? _folder.FullName : "nonsense";

        var message = await ShouldBeRejectedAsync([.. command.Split(' '), .. CreateRequiredArguments(command), option, value]);

        message.ShouldContain($"{option}: '{value}' is not ");
        message.ShouldEndWith($"See ./mangamotion {command} --help.");
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task An_option_without_a_value_is_named(string command)
    {
        foreach (var option in Find(command).Options.Where(option => !IsFlag(option)))
        {
            var message = await ShouldBeRejectedAsync([.. command.Split(' '), .. CreateRequiredArguments(command), option.Name]);

            message.ShouldContain($"'{option.Name}'");
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task An_unknown_option_is_named(string command)
    {
        if (!Find(command).TreatUnmatchedTokensAsErrors)
            return;

        var message = await ShouldBeRejectedAsync([.. command.Split(' '), .. CreateRequiredArguments(command), "--nonsense"]);

        message.ShouldContain("--nonsense");
    }

    [Theory]
    [MemberData(nameof(CommandsWithAnId))]
    public async Task A_wrong_id_is_named(string command) =>
        (await ShouldBeRejectedAsync([.. command.Split(' '), "nope"])).ShouldContain("ID: 'nope' is not an id; ./mangamotion ");

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task An_argument_too_many_is_named(string command)
    {
        var parsed = Find(command);
        if (!parsed.TreatUnmatchedTokensAsErrors || parsed.Arguments.Any(argument => argument.Arity.MaximumNumberOfValues > 1))
            return;

        (await ShouldBeRejectedAsync([.. command.Split(' '), .. CreateRequiredArguments(command), "surplus"])).ShouldContain("'surplus'");
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_missing_argument_is_reported(string command)
    {
        if (Find(command).Arguments.FirstOrDefault(argument => argument.Arity.MinimumNumberOfValues > 0) is { } required)
            (await ShouldBeRejectedAsync(command.Split(' '))).ShouldContain($"Required argument '{required.Name}' missing");
    }

    [Theory]
    [InlineData("ID: 'nope' is not an id; ./mangamotion failed lists the ids.", "failed", "nope")]
    [InlineData("ID: 'nope' is not an id; ./mangamotion failed lists the ids.", "replay", "nope")]
    [InlineData("ID: 'nope' is not an id; ./mangamotion failed lists the ids.", "retry", "0190c1d2-0000-7000-8000-000000000001", "nope")]
    [InlineData("No dead letters are selected; give ids, a filter or --all.", "replay")]
    [InlineData("No dead letters are selected; give ids, a filter or --all.", "replay", "--canary")]
    [InlineData("--all excludes ids and filters; leave one of them out.", "replay", "--all", "--type", "video")]
    [InlineData("ID: 'nope' is not an id; ./mangamotion keys list lists the ids.", "keys", "revoke", "nope")]
    [InlineData("Required argument 'ID' missing for command: 'revoke'.", "keys", "revoke")]
    [InlineData("Required argument 'NAME' missing for command: 'create'.", "keys", "create")]
    [InlineData("FOLDER: '--all' is not a folder.", "backup", "--all")]
    [InlineData("FOLDER: '--all' is not a folder.", "restore", "--all")]
    [InlineData("--scopes: 'read,write' is not a list of scopes;", "keys", "create", "me", "--scopes", "read,write")]
    [InlineData("exclude each other", "keys", "create", "me", "--new-owner", "--owner", "0190c1d2-0000-7000-8000-000000000001")]
    [InlineData("Required command was not provided.", "keys")]
    [InlineData("Required command was not provided.")]
    [InlineData("'nonsense'", "nonsense")]
    [InlineData("--since: 'yesterday' is not a date or time such as 2026-11-29", "failed", "--since", "yesterday")]
    [InlineData("--thumbnail-workers: 'abc' is not a whole number from 1 to 64.", "up", "--thumbnail-workers", "abc")]
    [InlineData("--thumbnail-workers: '65' is not a whole number from 1 to 64.", "up", "--thumbnail-workers", "65")]
    [InlineData("--store: 'tape' is not one of disk, s3.", "up", "--store", "tape")]
    [InlineData("FILE: 'missing.cbz' is not an existing file or a folder of page images.", "video", "missing.cbz")]
    [InlineData("Required argument 'FILE' missing for command: 'video'.", "video")]
    [InlineData("Required argument 'FILE' missing for command: 'panels'.", "panels")]
    [InlineData("FILE: 'missing.png' is not an existing file.", "panels", "missing.png")]
    [InlineData("'nonsense' is not a command, option or argument here.", "down", "nonsense")]
    [InlineData("'nonsense' is not a command, option or argument here.", "keys", "nonsense")]
    [InlineData("PROJECT: '--nonsense' is not part of the name of a test project: MangaMotion.Acceptance, ", "test", "--nonsense")]
    [InlineData("PROJECT: 'nope' is not part of the name of a test project: MangaMotion.Acceptance, ", "test", "Jobs", "nope")]
    [InlineData("SCRIPT: 'nope.json' is not an existing file.", "video", "edit", "0190c1d2-0000-7000-8000-000000000001", "nope.json")]
    [InlineData("Required argument 'SHOT' missing for command: 'preview'.", "video", "preview", "0190c1d2-0000-7000-8000-000000000001")]
    [InlineData(
        "--output: 'shot.wav' is not a path of a file that can be an MP4.", "video", "preview", "0190c1d2-0000-7000-8000-000000000001",
        "p001-s01", "--output", "shot.wav")]
    [InlineData("--each saves no video; leave --output out.", "video", "mangamotion.dll", "--each", "--output", "volume.mp4")]
    [InlineData("--state: 'done' is not one of accepted, script_gen, ", "videos", "--state", "done")]
    [InlineData("FILE: 'missing.png' is not an existing file.", "ingest", "missing.png")]
    [InlineData("FILE: '@missing.png' is not an existing file.", "ingest", "@missing.png")]
    [InlineData("--expires: 'soon' is not a date or time such as 2026-11-29", "keys", "create", "me", "--expires", "soon")]
    [InlineData("--direction: 'up' is not one of rtl, ltr.", "panels", "page.png", "--direction", "up")]
    public async Task A_wrong_argument_is_explained(string message, params string[] arguments) =>
        (await ShouldBeRejectedAsync(arguments)).ShouldContain(message);

    [Theory]
    [InlineData("1280x127")]
    [InlineData("1281x720")]
    [InlineData("4000x720")]
    [InlineData("1280×720")]
    [InlineData("huge")]
    public async Task A_video_size_that_the_api_rejects_is_rejected_before_a_stack_starts(string size) =>
        (await ShouldBeRejectedAsync(["video", .. CreateRequiredArguments("video"), "--size", size]))
        .ShouldContain($"--size: '{size}' is not ");

    [Fact]
    public async Task A_wrong_variant_is_explained_by_the_allowed_values() =>
        (await ShouldBeRejectedAsync(
            ["ingest", .. CreateRequiredArguments("ingest"), "--variants", """[{"name":"a","longest_side":64,"format":"gif"}]"""]))
        .ShouldContain("variants[0].format must be one of jpeg, webp, avif.");

    [Theory]
    [InlineData(400, "http://localhost/ rejected the request: 400 code: detail", CommandLine.WrongArgument)]
    [InlineData(404, "http://localhost/ rejected the request: 404 code: detail", CommandLine.WrongArgument)]
    [InlineData(409, "http://localhost/ rejected the request: 409 code: detail", CommandLine.Failed)]
    [InlineData(503, "http://localhost/ could not answer: 503 code: detail", CommandLine.Failed)]
    public void A_value_id_or_name_that_the_api_rejects_is_a_wrong_argument(int status, string message, int exitCode)
    {
        var rejected = ApiConnection.Describe(new(new(status, "code", null, "detail")), new("http://localhost/"));

        (rejected.Message, rejected.ExitCode).ShouldBe((message, exitCode));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>An option that needs no value.</summary>
    private static bool IsFlag(Option option) => option.ValueType == typeof(bool) || option.ValueType == typeof(bool?);

    private static async Task<string> ShouldBeRejectedAsync(string[] arguments)
    {
        await using var errors = new StringWriter();

        var exitCode = await CommandLine.RunAsync(arguments, errors);

        var message = errors.ToString().TrimEnd('\n');
        exitCode.ShouldBe(2, message);
        message.Split('\n').ShouldHaveSingleItem();
        message.ShouldNotContain("System.");
        message.ShouldNotContain("Exception");
        return message;
    }

    private string[] CreateRequiredArguments(string command)
    {
        switch (command)
        {
            case "video" or "panels" or "ingest":
                var file = Path.Combine(_folder.FullName, "chapter.cbz");
                File.WriteAllText(file, "");
                return [file];
            case "keys create" or "queues pause" or "queues resume" or "workers drain" or "workers resume"
                or "backup" or "restore" or "cast":
                return ["name"];
            case "video preview":
                return ["0190c1d2-0000-7000-8000-000000000001", "p001-s01"];
            case "replay" or "keys revoke" or "keys rotate":
            case var video when video.StartsWith("video ", StringComparison.Ordinal):
                return ["0190c1d2-0000-7000-8000-000000000001"];
            default:
                return [];
        }
    }

    private static Command Find(string path) => FindCommands().Single(command => command.Path == path).Command;

    private static IEnumerable<(string Path, Command Command)> FindCommands() => FindCommands(CommandLine.CreateRoot(), "");

    private static IEnumerable<(string Path, Command Command)> FindCommands(Command parent, string prefix) =>
        parent.Subcommands.SelectMany(command => FindCommands(command, $"{prefix}{command.Name} ")
            .Concat(command.Action is null ? [] : [($"{prefix}{command.Name}", command)]));
}
