using MangaMotion.Cli;
using Spectre.Console;

// A file or a pipe receives plain text without line breaks at the width of a terminal.
if (Console.IsOutputRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 })
{
    AnsiConsole.Profile.Capabilities.Ansi = false;
    AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
    AnsiConsole.Profile.Width = Console.IsOutputRedirected ? 1000 : AnsiConsole.Profile.Width;
}

return await CommandLine.RunAsync(args, Console.Error);
