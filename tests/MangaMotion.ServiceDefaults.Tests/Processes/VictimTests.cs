using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MangaMotion.ServiceDefaults.Victim;
using MangaMotion.TestSupport;
using Npgsql;

namespace MangaMotion.ServiceDefaults.Tests.Processes;

/// <summary>Exit codes and output of a service in a separate process.</summary>
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
        lines.ShouldContain("Retry__MaxAttempts (or MAX_RETRY_ATTEMPTS, MAX_RETRIES) is '0': must be from 1 to 100.");
        lines.ShouldContain(line => line.StartsWith("ConnectionStrings__RabbitMq:", StringComparison.Ordinal));
        lines.ShouldContain(line => line.StartsWith("ConnectionStrings__Postgres:", StringComparison.Ordinal));
        error.ShouldNotContain("tigertiger");
    }

    [Fact]
    public async Task Another_broker_than_RabbitMQ_is_rejected_in_one_sentence()
    {
        var (exitCode, _, error) = await RunAsync(
            ("ConnectionStrings__RabbitMq", "amqp://broker"), ("ConnectionStrings__Postgres", "Host=db"), ("QUEUE_BACKEND", "Redis"));

        exitCode.ShouldBe(1);
        error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ShouldBe(
        [
            "victim cannot start: 1 setting(s) to correct.",
            "Bus__Backend (or QUEUE_BACKEND) is 'redis': MangaMotion sends messages through RabbitMQ only. Leave it out, or set rabbitmq.",
        ]);
    }

    [Fact]
    public async Task A_stopped_service_exits_with_0_and_has_logged_only_json()
    {
        await using var host = await stack.CreateVirtualHostAsync();
        await using var database = await stack.CreateDatabaseAsync();

        var (exitCode, output, error) = await StopAfterAsync(
            "Application started", ("ConnectionStrings__RabbitMq", host.AmqpUri.OriginalString),
            ("ConnectionStrings__Postgres", database.ConnectionString));

        exitCode.ShouldBe(0, error);
        error.ShouldBeEmpty();
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            JsonDocument.Parse(line).RootElement.GetProperty("service").GetString().ShouldBe("victim");
    }

    [Fact]
    public async Task A_service_that_is_stopped_while_its_start_waits_for_the_database_exits_with_0()
    {
        var (exitCode, _, error) = await StopAfterAsync(
            "Start waits for Postgres", ("ConnectionStrings__RabbitMq", "amqp://guest:guest@127.0.0.1:1/"),
            ("ConnectionStrings__Postgres", "Host=127.0.0.1;Port=1;Username=postgres;Database=postgres"));

        exitCode.ShouldBe(0, error);
        error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Requests_are_counted_after_a_start_that_waited_for_the_schema_of_another_process()
    {
        await using var host = await stack.CreateVirtualHostAsync();
        await using var database = await stack.CreateDatabaseAsync();
        await using var other = new NpgsqlConnection(database.ConnectionString);
        await other.OpenAsync();
        await ExecuteAsync("select pg_advisory_lock(hashtext('mangamotion.schema'))");
        var address = new Uri($"http://127.0.0.1:{Loopback.FindFreePort()}");
        var (waits, started) = (new TaskCompletionSource(), new TaskCompletionSource());

        var (exitCode, _, error) = await RunAsync(
            async process =>
            {
                await waits.Task.WaitAsync(TimeSpan.FromSeconds(60));
                using var client = new HttpClient { BaseAddress = address };
                (await AskAsync(client)).ShouldBe(HttpStatusCode.ServiceUnavailable);
                await ExecuteAsync("select pg_advisory_unlock_all()");
                await started.Task.WaitAsync(TimeSpan.FromSeconds(60));

                // An instrument that has ended is still in the first answer.
                await ScrapeAsync(client);
                (await AskAsync(client)).ShouldBe(HttpStatusCode.NotFound);

                // A request is counted after its answer.
                await Eventually.Until(async () => (await ScrapeAsync(client)).Contains("http_response_status_code=\"404\""));
                await TerminateAsync(process);
            },
            line => _ = (line.Contains("Start waits for Postgres") && waits.TrySetResult())
                || (line.Contains("Application started") && started.TrySetResult()),
            ("ConnectionStrings__RabbitMq", host.AmqpUri.OriginalString), ("ConnectionStrings__Postgres", database.ConnectionString),
            ("ASPNETCORE_URLS", address.ToString()));

        exitCode.ShouldBe(0, error);

        static Task<string> ScrapeAsync(HttpClient client) => client.GetStringAsync(new Uri("/metrics", UriKind.Relative));

        static async Task<HttpStatusCode> AskAsync(HttpClient client)
        {
            using var answer = await client.GetAsync(new Uri("/nowhere", UriKind.Relative));
            return answer.StatusCode;
        }

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, other);
            await command.ExecuteNonQueryAsync();
        }
    }

    [Fact]
    public async Task Systemd_hears_that_a_unit_is_ready_that_it_answers_and_that_it_stops()
    {
        await using var host = await stack.CreateVirtualHostAsync();
        await using var database = await stack.CreateDatabaseAsync();
        var folder = Directory.CreateTempSubdirectory("mangamotion-test-");
        try
        {
            using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            var path = Path.Combine(folder.FullName, "notify");
            systemd.Bind(new UnixDomainSocketEndPoint(path));
            var notices = new List<string>();

            var (exitCode, output, error) = await RunAsync(
                async process =>
                {
                    // The watchdog answers while the service is still starting.
                    while (!notices.Contains("READY=1") || notices.Count(notice => notice == "WATCHDOG=1") < 2)
                        notices.Add(await ReceiveAsync(systemd));
                    await TerminateAsync(process);
                    while (!notices.Contains("STOPPING=1"))
                        notices.Add(await ReceiveAsync(systemd));
                },
                _ => { },
                ("ConnectionStrings__RabbitMq", host.AmqpUri.OriginalString), ("ConnectionStrings__Postgres", database.ConnectionString),
                ("ASPNETCORE_URLS", "http://127.0.0.1:0"), ("NOTIFY_SOCKET", path), ("WATCHDOG_USEC", "200000"),
                ("Telemetry__LogFormat", "journal"));

            exitCode.ShouldBe(0, error);
            notices.Except(["WATCHDOG=1"]).ShouldBe(["READY=1", "STOPPING=1"]);
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .ShouldAllBe(line => line.StartsWith("<6>", StringComparison.Ordinal) || line.StartsWith("<4>", StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var buffer = new byte[1024];
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, timeout.Token));
    }

    private static async Task TerminateAsync(Process process)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Runs the service and sends SIGTERM when it has logged a text.</summary>
    private static Task<(int ExitCode, string Output, string Error)> StopAfterAsync(
        string text, params (string Name, string Value)[] environment)
    {
        var logged = new TaskCompletionSource();
        return RunAsync(
            async process =>
            {
                await logged.Task.WaitAsync(TimeSpan.FromSeconds(60));
                await TerminateAsync(process);
            },
            line => _ = line.Contains(text) && logged.TrySetResult(),
            [.. environment, ("ASPNETCORE_URLS", "http://127.0.0.1:0")]);
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
