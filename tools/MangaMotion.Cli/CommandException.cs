namespace MangaMotion.Cli;

/// <summary>A command cannot do what it was asked; the message says why and what to do, and is all that is shown.</summary>
internal sealed class CommandException(string message) : Exception(message);
