using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using MangaMotion.Cli.Local;
using MangaMotion.Cli.Setup;
using MangaMotion.LocalStack;

namespace MangaMotion.Cli.Development;

/// <summary><c>test</c>: builds everything, starts the servers once, and runs every test project.</summary>
internal static class TestCommand
{
    /// <summary>Projects that run at the same time, unless they run alone.</summary>
    private const int SideBySide = 2;

    public static Command Create()
    {
        var names = new Argument<string[]>("PROJECT")
        {
            Description = "Run only projects whose name contains one of these texts.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        names.Validators.Add(result =>
        {
            var projects = TestProject.FindAll(Clone.Find()).ToList();
            var expected = $"part of the name of a test project: {string.Join(", ", projects.Select(project => project.Name))}";
            foreach (var token in result.Tokens.Where(token => !projects.Exists(project => project.Matches(token.Value))))
                result.AddError(Arguments.Describe("PROJECT", token.Value, expected));
        });
        var filter = new Option<string?>("--filter") { Description = "Run only tests whose full name contains this text." };
        var noBuild = new Option<bool>("--no-build") { Description = "Run the tests of the last Release build." };
        var full = new Option<bool>("--full")
        {
            Description = "Run the slow projects and tests as well, some of which need Docker. Installs docker.io if it is missing.",
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
        var projects = TestProject.FindAll(clone)
            .Where(project => full || !project.FullRunOnly)
            .Where(project => names.Length == 0 || Array.Exists(names, project.Matches))
            .ToList();
        if (projects.Count == 0)
            throw new CommandException($"{string.Join(" and ", names)} run with --full only.");
        var progress = new ProgressLines();
        string[] packages = full ? [.. SetupCommand.SetupGroups, SetupCommand.FullTestRun] : SetupCommand.SetupGroups;
        await Installation.EnsureAsync(clone, packages, progress, cancellationToken);
        if (build)
            await BuildAsync(clone, progress, cancellationToken);

        // Most processes of the tests live for seconds. Code that counts its calls, to be compiled better later, is a tenth of their start.
        Environment.SetEnvironmentVariable("DOTNET_TieredPGO", "0");
        var results = Directory.CreateDirectory(Path.Combine(clone.State, "test-results")).FullName;
        var runs = await RunAsync(projects, results, filter, full, progress, cancellationToken);
        foreach (var run in runs.OrderByDescending(run => run.Duration))
            Console.WriteLine($"{run.Duration.TotalMinutes.ToString("0.0", CultureInfo.InvariantCulture),6} min  {run.Project.Name}");
        var total = runs.Aggregate(new TestTotals(0, 0, 0), (sum, run) => sum + run.Totals);
        if (total.Skipped > 0)
            progress.Report($"{total.Skipped} not run; slow tests run with --full only");
        Console.WriteLine($"{total.Passed} passed, {total.Failed} failed");
        return total is { Failed: 0, Passed: > 0 } ? 0 : 1;
    }

    /// <summary>Runs the projects without servers, then the others on one set of servers: those that run alone first.</summary>
    private static async Task<IReadOnlyCollection<TestRun>> RunAsync(
        IReadOnlyCollection<TestProject> projects, string results, string? filter, bool full, ProgressLines progress,
        CancellationToken cancellationToken)
    {
        var runs = new ConcurrentBag<TestRun>();
        var sideBySide = new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            projects.Where(project => !project.NeedsServers), sideBySide,
            async (project, token) => await RunAsync(project, servers: null, token));
        if (!projects.Any(project => project.NeedsServers))
            return runs;
        await using var servers = await StartServersAsync(progress, cancellationToken);
        foreach (var project in projects.Where(project => project is { NeedsServers: true, RunsAlone: true }))
            await RunAsync(project, servers.Folder.Path, cancellationToken);
        await Parallel.ForEachAsync(
            projects.Where(project => project is { NeedsServers: true, RunsAlone: false }), sideBySide,
            async (project, token) => await RunAsync(project, servers.Folder.Path, token));
        return runs;

        async Task RunAsync(TestProject project, string? servers, CancellationToken token)
        {
            var run = await project.RunAsync(servers, results, filter, full, token);
            runs.Add(run);
            progress.Report($"{project.Name}: {run.Totals}");
            if (run.Totals.Failed > 0)
                await Console.Out.WriteLineAsync(run.Output);
        }
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
