using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace MangaMotion.Acceptance;

/// <summary>Service in a separate process, started from its build output, that can be killed.</summary>
public sealed partial class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly ConcurrentQueue<string> _log = [];

    private readonly string _assembly;

    private ServiceProcess(Process process, string assembly) => (_process, _assembly) = (process, assembly);

    /// <summary>Lines of its standard output so far.</summary>
    public IReadOnlyList<string> Log => [.. _log];

    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(2);

    public bool IsRunning => !_process.HasExited;

    public Uri Address => _address.Task.Result;

    public int Id => _process.Id;

    /// <summary>Peak resident memory in bytes.</summary>
    public long PeakMemory
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    /// <summary>Starts a service and waits until it is ready.</summary>
    /// <param name="assembly">Assembly, such as <c>MangaMotion.Ingest</c>.</param>
    /// <param name="under">Command that runs the service, which follows its arguments, by exec.</param>
    public static async Task<ServiceProcess> StartAsync(
        string assembly, IReadOnlyDictionary<string, string> settings, bool untilReady = true, params string[] under)
    {
        var service = new ServiceProcess(Process.Start(StartInfo(assembly, settings, under))!, assembly);
        service._process.OutputDataReceived += (_, line) => service.Read(line.Data);
        service._process.BeginOutputReadLine();

        try
        {
            using var http = new HttpClient { BaseAddress = await service._address.Task.WaitAsync(StartDeadline) };
            if (untilReady)
                await TestSupport.Eventually.Until(() => IsReadyAsync(http), StartDeadline, $"{assembly} is ready");
            return service;
        }
        catch
        {
            // The test does not have the process yet, so it would not end it.
            service._process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Runs a service until it ends.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string assembly, IReadOnlyDictionary<string, string> settings)
    {
        var start = StartInfo(assembly, settings, []);
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            process.Kill();
        }
    }

    /// <summary>Ids of its descendant processes.</summary>
    public IReadOnlyList<int> Children => [.. Below(Id)];

    /// <summary>Ids of descendant processes that belong to a job: all except the media hosts, which serve many jobs.</summary>
    public IReadOnlyList<int> Tools =>
        [.. Children.Where(id => !CommandLine(id).Contains("MangaMotion.MediaHost", StringComparison.Ordinal))];

    /// <summary>Returns whether the command line of a descendant process contains one of the words.</summary>
    public bool Runs(params IReadOnlyList<string> words) => Children.Any(id => words.Any(CommandLine(id).Contains));

    /// <summary>Returns whether a process with this id runs and is not a zombie.</summary>
    public static bool IsAlive(int id) =>
        Read($"/proc/{id}/stat", path => File.ReadAllText(path) is var stat && stat[(stat.LastIndexOf(')') + 2)..][0] != 'Z', false);

    /// <summary>Sends a signal to every descendant process whose command line contains the word.</summary>
    /// <returns>Number of these processes.</returns>
    public async Task<int> SignalChildrenAsync(string signal, string word)
    {
        var children = Below(Id).Where(id => CommandLine(id).Contains(word, StringComparison.Ordinal)).ToList();
        foreach (var id in children)
            await SignalAsync(signal, id);
        return children.Count;
    }

    /// <summary>Sends SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Sends SIGTERM and waits until the process has ended.</summary>
    public async Task<int> TerminateAsync()
    {
        await SignalAsync("TERM");
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return _process.ExitCode;
    }

    /// <summary>Stops the process with SIGSTOP at a moment when the condition holds. Until then the process runs.</summary>
    public Task FreezeWhenAsync(Func<Task<bool>> condition, TimeSpan? deadline = null) => TestSupport.Eventually.Until(
        async () =>
        {
            if (!await condition())
                return false;
            await SignalAsync("STOP");
            if (await condition())
                return true;
            await SignalAsync("CONT");
            return false;
        },
        deadline,
        "the process is frozen at that moment");

    private Task SignalAsync(string signal) => SignalAsync(signal, Id);

    private static async Task SignalAsync(string signal, int id)
    {
        using var kill = Process.Start(
            new ProcessStartInfo("kill", [$"-{signal}", $"{id}"]) { UseShellExecute = false, RedirectStandardError = true })!;
        await kill.WaitForExitAsync();
    }

    private static ProcessStartInfo StartInfo(string assembly, IReadOnlyDictionary<string, string> settings, string[] under)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(output.Parent!.Parent!.FullName, assembly, output.Name, $"{assembly}.dll");
        string[] command = [.. under, "dotnet", program];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetDirectoryName(program),
        };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        return start;
    }

    /// <summary>Finds descendants thread by thread, so that a thread that ends meanwhile does not hide those of the others.</summary>
    private static IEnumerable<int> Below(int id) => Read($"/proc/{id}/task", Directory.GetDirectories, [])
        .SelectMany(task => Read($"{task}/children", File.ReadAllText, "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Select(int.Parse).SelectMany(child => Below(child).Prepend(child));

    private static string CommandLine(int id) => Read($"/proc/{id}/cmdline", path => File.ReadAllText(path).Replace('\0', ' '), "");

    private static T Read<T>(string path, Func<string, T> read, T otherwise)
    {
        try
        {
            return read(path);
        }
        catch (IOException)
        {
            return otherwise; // the process, or the thread, has ended meanwhile
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is not null)
            _log.Enqueue(line);
        if (line is not null && !IsOfInnerConsole(line) && Listening().Match(line) is { Success: true } match)
            _address.TrySetResult(new Uri(match.Groups["address"].Value));
        else if (line is null)
            _address.TrySetException(new InvalidOperationException("The service ended before it listened."));
    }

    /// <summary>Checks whether the console of a process with all services wrote the line, which lists its address too.</summary>
    private bool IsOfInnerConsole(string line) =>
        _assembly != "MangaMotion.Console" && line.Contains("\"service\":\"console\"", StringComparison.Ordinal);

    private static async Task<bool> IsReadyAsync(HttpClient http)
    {
        using var response = await http.GetAsync(new Uri("health/ready", UriKind.Relative));
        return response.IsSuccessStatusCode;
    }

    [GeneratedRegex("Now listening on: (?<address>http://[0-9.:]+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Listening();
}
