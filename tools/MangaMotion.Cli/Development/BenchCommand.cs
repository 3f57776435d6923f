using System.CommandLine;
using MangaMotion.Cli.Local;
using MangaMotion.Cli.Setup;

namespace MangaMotion.Cli.Development;

/// <summary><c>bench</c>: runs a benchmark in Release.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var command = new Command("bench", "Run a benchmark by name and pass it the other arguments. Without a name: list the benchmarks.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var clone = Clone.Find();
            await Installation.EnsureAsync(clone, SetupCommand.SetupGroups, new ProgressLines(), cancellationToken);
            return await Tool.RunAsync(
                "dotnet",
                ["run", "-c", "Release", "--project", clone["benchmarks/MangaMotion.Benchmarks"], "--", .. parsed.UnmatchedTokens],
                clone.Root,
                cancellationToken);
        });
        return command;
    }
}
