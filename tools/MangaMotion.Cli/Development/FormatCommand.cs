using System.CommandLine;
using MangaMotion.Cli.Local;

namespace MangaMotion.Cli.Development;

/// <summary><c>format</c>: runs <c>dotnet format</c> on the solution.</summary>
internal static class FormatCommand
{
    public static Command Create()
    {
        var command = new Command("format", "Format the code. Passes its arguments to dotnet format, for example --verify-no-changes.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var clone = Clone.Find();
            return Tool.RunAsync("dotnet", ["format", clone["MangaMotion.sln"], .. parsed.UnmatchedTokens], clone.Root, cancellationToken);
        });
        return command;
    }
}
