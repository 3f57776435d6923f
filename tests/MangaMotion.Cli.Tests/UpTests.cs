using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using MangaMotion.Cli.Local;
using MangaMotion.TestSupport;

namespace MangaMotion.Cli.Tests;

/// <summary>The real command line, servers and services, in a state folder of the test.</summary>
public sealed partial class UpTests : IDisposable
{
    // The output folder of the tool: the copy beside the tests is loaded with other versions of its packages.
    private static readonly string Tool = Path.Combine(
        AppContext.BaseDirectory,
        "../../MangaMotion.Cli",
        Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)),
        "mangamotion.dll");

    private readonly string _state = Directory.CreateTempSubdirectory("mangamotion-test-").FullName;
    private readonly string _backup = Directory.CreateTempSubdirectory("mangamotion-test-").FullName;
    private readonly Dictionary<string, string> _settings = [];

    [Fact]
    public async Task Up_starts_everything_status_shows_it_and_down_leaves_no_process()
    {
        try
        {
            var up = await RunAsync("up", "--detach", "--thumbnail-workers", "2");
            up.ExitCode.ShouldBe(0, up.Output);

            var processes = await UntilReadyAsync();
            processes.Select(process => process.Name)
                .ShouldBe(["postgres", "rabbitmq", "ingest", "thumbnail-1", "thumbnail-2", "records-1", "video-1", "console"]);
            processes.ShouldAllBe(x => File.Exists(x.Log));
            var environment = await File.ReadAllLinesAsync(Path.Combine(_state, "env"));
            environment.ShouldAllBe(x => x.StartsWith("export MANGAMOTION_", StringComparison.Ordinal));
            using (var client = new HttpClient())
            {
                var url = environment.Single(x => x.StartsWith("export MANGAMOTION_URL=", StringComparison.Ordinal)).Split('\'')[1];
                (await client.GetAsync(new Uri($"{url}/health/live"))).StatusCode.ShouldBe(HttpStatusCode.OK);
            }

            await LogIntoConsoleAsync(environment);

            // A second `up` with fewer workers keeps the running processes and stops the surplus worker.
            (await RunAsync("up", "--detach", "--thumbnail-workers", "1")).ExitCode.ShouldBe(0);
            var fewer = await UntilReadyAsync();
            fewer.ShouldBe(processes.Where(x => x.Name != "thumbnail-2"));
            IsRunning(processes.Single(x => x.Name == "thumbnail-2")).ShouldBeFalse();

            // A changed setting restarts what it concerns: the services, not the servers.
            _settings["Jobs__Lease"] = "00:00:31";
            var changed = await RunAsync("up", "--detach");
            changed.Output.ShouldContain("restarting thumbnail-1: Jobs__Lease changed");
            var restarted = await UntilReadyAsync();
            restarted.Where(process => fewer.Contains(process)).Select(process => process.Name).ShouldBe(["postgres", "rabbitmq"]);
            (await RunAsync("up", "--detach")).Output.ShouldNotContain("restarting");
            await RestartNewBuildAsync(restarted);
            var settings = (await RunAsync("settings")).Output.Split('\n');
            settings.ShouldContain(line => line.StartsWith("Jobs__Lease", StringComparison.Ordinal)
                && line.Contains("00:00:31", StringComparison.Ordinal) && line.Contains("environment of up", StringComparison.Ordinal));
            settings.ShouldContain(line => line.StartsWith("ConnectionStrings__Postgres", StringComparison.Ordinal)
                && line.Contains("(hidden)", StringComparison.Ordinal) && line.Contains("the stack", StringComparison.Ordinal));

            await FailAndContinueAsync(await ReadStatusAsync());

            // One process takes over the work of the others, and a further `up` keeps it.
            (await RunAsync("up", "--detach", "--all-in-one")).ExitCode.ShouldBe(0);
            (await RunAsync("up", "--detach")).ExitCode.ShouldBe(0);
            var all = await UntilReadyAsync();
            all.Select(process => process.Name).ShouldBe(["postgres", "rabbitmq", "all-in-one"]);
            restarted.Count(IsRunning).ShouldBe(2);
            await LogIntoConsoleAsync(await File.ReadAllLinesAsync(Path.Combine(_state, "env")));

            (await RunAsync("down")).ExitCode.ShouldBe(0);
            all.ShouldAllBe(x => !IsRunning(x));
            (await RunAsync("status")).ExitCode.ShouldBe(3);
            await BackUpAndRestoreAsync();
        }
        finally
        {
            (await RunAsync("down", "--wipe")).ExitCode.ShouldBe(0);
        }

        Directory.EnumerateFileSystemEntries(_state).Select(Path.GetFileName).ShouldBe(["lock"]);
    }

    [Fact]
    public async Task A_wrong_argument_ends_the_process_with_exit_code_2()
    {
        var (exitCode, output) = await RunAsync("up", "--thumbnail-workers", "0");

        exitCode.ShouldBe(2);
        output.ShouldBe("--thumbnail-workers: '0' is not a whole number from 1 to 64. See ./mangamotion up --help.\n");
    }

    public void Dispose()
    {
        Directory.Delete(_state, recursive: true);
        Directory.Delete(_backup, recursive: true);
    }

    /// <summary>Restarts the service with a new build, and no other process.</summary>
    private async Task RestartNewBuildAsync(List<ProcessLine> running)
    {
        var added = Path.Combine(Clone.Find()["artifacts/bin/MangaMotion.Records/release"], $"MangaMotion.Added.{Environment.ProcessId}");
        await File.WriteAllTextAsync(added, "");
        try
        {
            (await RunAsync("up", "--detach")).Output.ShouldContain("restarting records-1: its build changed");
            (await UntilReadyAsync()).Except(running).Select(process => process.Name).ShouldBe(["records-1"]);
            (await RunAsync("up", "--detach")).Output.ShouldNotContain("restarting");
        }
        finally
        {
            File.Delete(added);
        }
    }

    /// <summary>An <c>up</c> that fails leaves the servers of a running stack running, and the next one starts what is missing.</summary>
    private async Task FailAndContinueAsync(List<ProcessLine> running)
    {
        var lease = _settings["Jobs__Lease"];
        _settings["Jobs__Lease"] = "nonsense";
        var failed = await RunAsync("up", "--detach");
        failed.ExitCode.ShouldBe(1, failed.Output);
        failed.Output.ShouldContain("Jobs__Lease");
        running.Where(IsRunning).Select(process => process.Name).ShouldBe(["postgres", "rabbitmq"]);

        _settings["Jobs__Lease"] = lease;
        (await RunAsync("up", "--detach")).ExitCode.ShouldBe(0);
        (await UntilReadyAsync()).Count.ShouldBe(running.Count);
    }

    /// <summary>Backs up the stopped stack, removes its data, and restores it with its keys.</summary>
    private async Task BackUpAndRestoreAsync()
    {
        var stack = Path.Combine(_state, "stack.json");
        var settings = await File.ReadAllTextAsync(stack);
        var backup = await RunAsync("backup", _backup);
        backup.ExitCode.ShouldBe(0, backup.Output);
        var tooEarly = await RunAsync("restore", _backup);
        tooEarly.ExitCode.ShouldBe(1);
        tooEarly.Output.ShouldContain("has data, and a backup is restored into an empty one only");

        (await RunAsync("down", "--wipe")).ExitCode.ShouldBe(0);
        var restore = await RunAsync("restore", _backup);
        restore.ExitCode.ShouldBe(0, restore.Output);
        restore.Output.ShouldContain("restored; start the services with ./mangamotion up");
        (await File.ReadAllTextAsync(stack)).ShouldBe(settings);
        Directory.EnumerateFiles(Path.Combine(_state, "console", "keys")).ShouldNotBeEmpty();

        // As after an interrupted restore.
        await File.WriteAllTextAsync(Path.Combine(_state, "restoring"), "another");
        (await RunAsync("up", "--detach")).Output.ShouldContain("A restore is not finished.");
    }

    /// <summary>Exchanges the one-time link of the environment file, once, and sees that a second exchange is rejected.</summary>
    private static async Task LogIntoConsoleAsync(string[] environment)
    {
        string Find(string name) => environment.Single(x => x.StartsWith($"export {name}=", StringComparison.Ordinal)).Split('\'')[1];
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { BaseAddress = new Uri(Find("MANGAMOTION_CONSOLE_URL")) };
        var link = new Uri(Find("MANGAMOTION_CONSOLE_LOGIN_URL"));

        for (var login = 1; login <= 2; login++)
        {
            var page = await client.GetStringAsync(link);
            using var form = new FormUrlEncodedContent(
            [
                new("form_token", FormToken().Match(page).Groups["token"].Value),
                new("key", link.Fragment.TrimStart('#')),
                new("to", "/videos"),
            ]);
            using var answer = await client.PostAsync(new Uri("/login", UriKind.Relative), form);
            answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
            answer.Headers.Location!.ToString().ShouldBe(login == 1 ? "/videos" : "/login?failed=link");
        }
    }

    [GeneratedRegex("name=\"form_token\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex FormToken();

    private static bool IsRunning(ProcessLine process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process.Pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // The process has ended.
            return false;
        }
    }

    /// <summary>Waits until every process is ready: <c>status</c> waits 5 s for a service, which a loaded machine can exceed.</summary>
    private async Task<List<ProcessLine>> UntilReadyAsync()
    {
        List<ProcessLine> processes = [];
        await Eventually.Until(
            async () => (processes = await ReadStatusAsync()).All(process => process.State == "ready"),
            TimeSpan.FromSeconds(60),
            "every process is ready");
        return processes;
    }

    private async Task<List<ProcessLine>> ReadStatusAsync()
    {
        using var status = JsonDocument.Parse((await RunAsync("status", "--json")).Output);
        return status.RootElement.GetProperty("processes").Deserialize<List<ProcessLine>>(JsonSerializerOptions.Web)!;
    }

    private async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet", [Tool, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["MANGAMOTION_STATE"] = _state;
        foreach (var (name, value) in _settings)
            info.Environment[name] = value;
        using var process = Process.Start(info)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    private sealed record ProcessLine(string Name, string State, int? Pid, int? Port, string Log);
}
