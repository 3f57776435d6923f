using System.CommandLine;
using MangaMotion.Cli.Local;
using MangaMotion.Cli.Setup;

namespace MangaMotion.Cli.Development;

/// <summary><c>bench</c>: the benchmarks, in Release.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var command = new Command("bench", "Run a benchmark by its name; further arguments go to it. Without a name they are listed.") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var clone = Clone.Find();
            await Installation.EnsureAsync(clone, SetupCommand.Everything, new ProgressLines(), cancellationToken);
            return await Tool.RunAsync(
                "dotnet",
                ["run", "-c", "Release", "--project", clone["benchmarks/MangaMotion.Benchmarks"], "--", .. parsed.UnmatchedTokens],
                clone.Root,
                cancellationToken);
        });
        return command;
    }
}
