namespace MangaMotion.Cli;

/// <summary>Failure of a command. The message says what happened and what to do; the user sees nothing else.</summary>
internal sealed class CommandException(string message, int exitCode = CommandLine.Failed) : Exception(message)
{
    public int ExitCode => exitCode;
}
