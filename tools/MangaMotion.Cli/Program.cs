using System.CommandLine;
using MangaMotion.Cli;
using MangaMotion.Cli.Comics;
using MangaMotion.Cli.Development;
using MangaMotion.Cli.Local;
using MangaMotion.Cli.Operating;
using MangaMotion.Cli.Setup;
using MangaMotion.Cli.Videos;
using MangaMotion.LocalStack;
using Spectre.Console;

var root = new RootCommand("MangaMotion: a media back end, and the local stack to run it on.")
{
    UpCommand.Create(),
    DownCommand.Create(),
    StatusCommand.Create(),
    DemoCommand.Create(),
    FailedCommand.Create(),
    RetryCommand.Create(),
    KeysCommand.Create(),
    VideoCommand.Create(),
    PanelsCommand.Create(),
    SetupCommand.Create(),
    TestCommand.Create(),
    BenchCommand.Create(),
    FormatCommand.Create(),
};

// Into a file or a pipe goes plain text, unbroken.
if (Console.IsOutputRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 })
{
    AnsiConsole.Profile.Capabilities.Ansi = false;
    AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
    AnsiConsole.Profile.Width = Console.IsOutputRedirected ? 1000 : AnsiConsole.Profile.Width;
}

try
{
    // Ctrl-C stops a whole stack in good order, which takes longer than the two seconds that are the default.
    var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromMinutes(2) };
    return await root.Parse(args).InvokeAsync(invocation);
}
catch (Exception exception) when (exception is CommandException or LocalServerException)
{
    AnsiConsole.MarkupLineInterpolated($"[red]{exception.Message}[/]");
    return 1;
}
catch (OperationCanceledException)
{
    // Ctrl-C; what was started has been stopped on the way here.
    return 130;
}
