using System.CommandLine;
using MangaMotion.Cli.Local;
using MangaMotion.Cli.Setup;
using MangaMotion.LocalStack;

namespace MangaMotion.Cli.Development;

/// <summary><c>test</c>: builds everything, starts the servers once, and runs every test project against them.</summary>
internal static class TestCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("PROJECT")
        {
            Description = "Run only projects whose name contains one of these texts.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        names.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-')))
                result.AddError(Arguments.Describe("PROJECT", token.Value, "part of the name of a test project"));
        });
        var filter = new Option<string?>("--filter") { Description = "Run only tests whose full name contains this text." };
        var noBuild = new Option<bool>("--no-build") { Description = "Run the tests of the last Release build." };
        var full = new Option<bool>("--full")
        {
            Description = "Run the slow projects that need Docker as well. Installs docker.io if it is missing.",
        };
        var screenshots = new Option<string?>("--screenshots") { Description = "Folder for the pictures that the browser tests make." };
        var command = new Command("test", "Build and run the tests. The last line is: N passed, N failed.")
        {
            names, filter, noBuild, full, screenshots,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var chosen = parsed.GetValue(names) ?? [];
            // The tests run in processes of their own, in another folder.
            if (parsed.GetValue(screenshots) is { } folder)
                Environment.SetEnvironmentVariable("MANGAMOTION_SCREENSHOTS", Path.GetFullPath(folder));
            return RunAsync(chosen, parsed.GetValue(filter), !parsed.GetValue(noBuild), parsed.GetValue(full), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(string[] names, string? filter, bool build, bool full, CancellationToken cancellationToken)
    {
        var clone = Clone.Find();
        var progress = new ProgressLines();
        string[] packages = full ? [.. SetupCommand.SetupGroups, SetupCommand.FullTestRun] : SetupCommand.SetupGroups;
        await Installation.EnsureAsync(clone, packages, progress, cancellationToken);

        if (build)
            await BuildAsync(clone, progress, cancellationToken);

        var projects = TestProject.FindAll(clone)
            .Where(project => full || !project.FullRunOnly)
            .Where(project => names.Length == 0 || names.Any(name => project.Name.Contains(name, StringComparison.OrdinalIgnoreCase)))
            .ToList();
        if (projects.Count == 0)
            throw new CommandException($"No test project has a name with {string.Join(" or ", names)}. The projects are in tests/.");
        var results = Directory.CreateDirectory(Path.Combine(clone.State, "test-results")).FullName;
        var total = new TestTotals(0, 0, 0);
        await using (var servers = await StartServersAsync(progress, cancellationToken))
        {
            foreach (var project in projects)
            {
                var (totals, output) = await project.RunAsync(servers.Folder.Path, results, filter, cancellationToken);
                total += totals;
                progress.Report($"{project.Name}: {totals}");
                if (totals.Failed > 0)
                    await Console.Out.WriteLineAsync(output);
            }
        }

        if (total.Skipped > 0)
            progress.Report($"{total.Skipped} skipped");
        Console.WriteLine($"{total.Passed} passed, {total.Failed} failed");
        return total is { Failed: 0, Passed: > 0 } ? 0 : 1;
    }

    private static async Task BuildAsync(Clone clone, ProgressLines progress, CancellationToken cancellationToken)
    {
        progress.Report("building");
        string[] build = ["build", clone["MangaMotion.sln"], "-c", "Release", "-v", "q", "--nologo", "-nodeReuse:false"];
        if (await Tool.RunAsync("dotnet", build, clone.Root, cancellationToken) != 0)
            throw new CommandException("The build failed; the errors are above.");
    }

    /// <summary>Starts servers in a temporary folder, apart from those of <c>up</c>. They end with this process.</summary>
    private static Task<ServerStack> StartServersAsync(IProgress<string> progress, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("mangamotion-test-").FullName;
        var options = new ServerStackOptions { Directory = folder, S3 = true, Durable = false, Temporary = true };
        return ServerStack.StartAsync(options, progress, cancellationToken);
    }
}
