using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using MangaMotion.Cli.Backups;
using MangaMotion.Cli.Chaos;
using MangaMotion.Cli.Comics;
using MangaMotion.Cli.Development;
using MangaMotion.Cli.Local;
using MangaMotion.Cli.Operating;
using MangaMotion.Cli.Packaging;
using MangaMotion.Cli.Setup;
using MangaMotion.Cli.Videos;
using MangaMotion.LocalStack;

namespace MangaMotion.Cli;

/// <summary>The commands, and the exit codes they share.</summary>
internal static class CommandLine
{
    /// <summary>Exit code of a command that could not do its work.</summary>
    public const int Failed = 1;

    /// <summary>Exit code of a command with a wrong argument.</summary>
    public const int WrongArgument = 2;

    /// <summary>Exit code after Ctrl-C.</summary>
    private const int Interrupted = 130;

    /// <summary>Time after Ctrl-C in which a command stops a whole stack; the default of two seconds is too short.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromMinutes(2);

    /// <summary>How people call this program: the script of a clone, or the installed command.</summary>
    public static string Program { get; } = Clone.HasProgram ? "./mangamotion" : "mangamotion";

    /// <summary>Command that starts the services.</summary>
    public static string StartServices { get; } = Clone.HasProgram ? $"{Program} up" : "systemctl start mangamotion.target";

    public static RootCommand CreateRoot() => new("MangaMotion: a media back end, and the local stack to run it on.")
    {
        UpCommand.Create(),
        DownCommand.Create(),
        StatusCommand.Create(),
        SettingsCommand.Create(),
        BackupCommand.Create(),
        RestoreCommand.Create(),
        DemoCommand.Create(),
        IngestCommand.Create(),
        FailedCommand.Create(),
        ReplayCommand.Create(),
        QueuesCommand.Create(),
        WorkersCommand.Create(),
        KeysCommand.Create(),
        ScalingCommand.Create(),
        VideoCommand.Create(),
        VideosCommand.Create(),
        VoicesCommand.Create(),
        CastCommand.Create(),
        PanelsCommand.Create(),
        SetupCommand.Create(),
        TestCommand.Create(),
        BenchCommand.Create(),
        ChaosCommand.Create(),
        FormatCommand.Create(),
        PackageCommand.Create(),
    };

    /// <summary>Runs a command. A wrong argument is reported in one line, any other failure in one message.</summary>
    /// <param name="errors">Standard error.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter errors)
    {
        // A file or a title may begin with @, by which System.CommandLine would read arguments from a file.
        var parsed = CreateRoot().Parse(arguments, new() { ResponseFileTokenReplacer = null });
        if (parsed.Errors is [var error, ..] && parsed.Action is ParseErrorAction)
        {
            var message = parsed.UnmatchedTokens is [var token, ..]
                ? $"'{token}' is not a command, option or argument here."
                : error.Message;
            await errors.WriteLineAsync($"{message.ReplaceLineEndings(" ")} See {NameCommand(parsed)} --help.");
            return WrongArgument;
        }

        HideParentArguments(parsed.CommandResult);
        try
        {
            return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = StopTimeout });
        }
        catch (Exception exception) when (exception is CommandException or LocalServerException)
        {
            await errors.WriteLineAsync(exception.Message);
            return exception is CommandException command ? command.ExitCode : Failed;
        }
        catch (OperationCanceledException)
        {
            return Interrupted;
        }
    }

    /// <summary>Keeps the arguments of <c>video</c> out of the help of <c>video show</c>.</summary>
    private static void HideParentArguments(CommandResult command)
    {
        for (var parent = command.Parent as CommandResult; parent is not null; parent = parent.Parent as CommandResult)
        {
            foreach (var argument in parent.Command.Arguments)
                argument.Hidden = true;
        }
    }

    private static string NameCommand(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (CommandResult? command = parsed.CommandResult; command?.Parent is not null; command = command.Parent as CommandResult)
            names.Push(command.Command.Name);
        return string.Join(' ', names.Prepend(Program));
    }
}
