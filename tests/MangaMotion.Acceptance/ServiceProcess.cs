using System.Diagnostics;
using System.Text.RegularExpressions;

namespace MangaMotion.Acceptance;

/// <summary>A service as it runs in production: a process of its own, from its build output, that can be killed.</summary>
public sealed partial class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServiceProcess(Process process) => _process = process;

    public Uri Address => _address.Task.Result;

    public int Id => _process.Id;

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="assembly">Such as <c>MangaMotion.Ingest</c>.</param>
    public static async Task<ServiceProcess> StartAsync(string assembly, IReadOnlyDictionary<string, string> settings, bool untilReady = true)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(output.Parent!.Parent!.FullName, assembly, output.Name, $"{assembly}.dll");
        var start = new ProcessStartInfo("dotnet", [program]) { RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = Path.GetDirectoryName(program) };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        var service = new ServiceProcess(Process.Start(start)!);
        service._process.OutputDataReceived += (_, line) => service.Read(line.Data);
        service._process.BeginOutputReadLine();

        using var http = new HttpClient { BaseAddress = await service._address.Task.WaitAsync(TimeSpan.FromSeconds(60)) };
        if (untilReady)
            await TestSupport.Eventually.Until(() => IsReadyAsync(http), TimeSpan.FromSeconds(60), $"{assembly} is ready");
        return service;
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; returns when the process has ended.</summary>
    public async Task<int> TerminateAsync()
    {
        await SignalAsync("TERM");
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return _process.ExitCode;
    }

    /// <summary>SIGSTOP when the condition holds and goes on holding while the process stands still.</summary>
    public Task FreezeWhenAsync(Func<Task<bool>> condition) => TestSupport.Eventually.Until(async () =>
    {
        await SignalAsync("STOP");
        if (await condition())
            return true;
        await SignalAsync("CONT");
        return false;
    });

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start(new ProcessStartInfo("kill", [$"-{signal}", $"{Id}"]) { UseShellExecute = false })!;
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is not null && Listening().Match(line) is { Success: true } match)
            _address.TrySetResult(new Uri(match.Groups["address"].Value));
        else if (line is null)
            _address.TrySetException(new InvalidOperationException("The service ended before it listened."));
    }

    private static async Task<bool> IsReadyAsync(HttpClient http)
    {
        using var response = await http.GetAsync(new Uri("health/ready", UriKind.Relative));
        return response.IsSuccessStatusCode;
    }

    [GeneratedRegex("Now listening on: (?<address>http://[0-9.:]+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Listening();
}
