using System.Diagnostics;
using System.Text.Json;
using MangaMotion.ServiceDefaults.Victim;
using MangaMotion.TestSupport;

namespace MangaMotion.ServiceDefaults.Tests.Processes;

/// <summary>A service as a process of its own: how it ends, and what it leaves on its streams.</summary>
public sealed class VictimTests(TestStack stack)
{
    [Fact]
    public async Task Wrong_settings_end_the_process_with_a_line_each_and_no_stack_trace()
    {
        var (exitCode, _, error) = await RunAsync(
            ("ConnectionStrings__RabbitMq", "http://me:tigertiger@broker"), ("ConnectionStrings__Postgres", "Password=tigertiger"),
            ("Bus__StopTimeout", "soon"), ("MAX_RETRY_ATTEMPTS", "0"));

        exitCode.ShouldBe(1);
        var lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        lines[0].ShouldBe("victim cannot start: 4 setting(s) to correct.");
        lines.Length.ShouldBe(5);
        lines.ShouldContain("Bus__StopTimeout is 'soon': must be a time span such as 00:00:05 (hours:minutes:seconds).");
        lines.ShouldContain("Retry__MaxAttempts (or MAX_RETRY_ATTEMPTS) is '0': must be from 1 to 100.");
        lines.ShouldContain(line => line.StartsWith("ConnectionStrings__RabbitMq:", StringComparison.Ordinal));
        lines.ShouldContain(line => line.StartsWith("ConnectionStrings__Postgres:", StringComparison.Ordinal));
        error.ShouldNotContain("tigertiger");
    }

    [Fact]
    public async Task A_service_that_is_told_to_stop_ends_well_and_has_logged_nothing_but_json()
    {
        await using var host = await stack.CreateVirtualHostAsync();
        await using var database = await stack.CreateDatabaseAsync();
        var ready = new TaskCompletionSource();

        var (exitCode, output, error) = await RunAsync(
            async process =>
            {
                await ready.Task.WaitAsync(TimeSpan.FromSeconds(60));
                using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
                await kill.WaitForExitAsync();
            },
            line => _ = line.Contains("Application started") && ready.TrySetResult(),
            ("ConnectionStrings__RabbitMq", host.AmqpUri.OriginalString), ("ConnectionStrings__Postgres", database.ConnectionString),
            ("ASPNETCORE_URLS", "http://127.0.0.1:0"));

        exitCode.ShouldBe(0, error);
        error.ShouldBeEmpty();
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            JsonDocument.Parse(line).RootElement.GetProperty("service").GetString().ShouldBe("victim");
    }

    private static Task<(int ExitCode, string Output, string Error)> RunAsync(params (string Name, string Value)[] environment) =>
        RunAsync(_ => Task.CompletedTask, _ => { }, environment);

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        Func<Process, Task> meanwhile, Action<string> onLine, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Greeting).Assembly.Location])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        try
        {
            var error = process.StandardError.ReadToEndAsync();
            var output = ReadAsync(process.StandardOutput, onLine);
            await meanwhile(process);
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, Action<string> onLine)
    {
        var lines = new List<string>();
        while (await reader.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            onLine(line);
        }

        return string.Join('\n', lines);
    }
}
