using System.Diagnostics;
using System.Globalization;

namespace MangaMotion.LocalStack.Processes;

/// <summary>
/// A background process in a session of its own, remembered by a pid file, so that another process, or the next start,
/// can find it, stop it, or sweep what a crash left behind.
/// </summary>
public sealed class LocalProcess
{
    // The log is opened before the user changes: the server's user need not be able to enter the log's folder.
    private const string Launcher = """exec >>"$0" 2>&1 </dev/null; exec setsid "$@" """;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly string _pidFile;

    public LocalProcess(StackFolder folder, string name)
    {
        ArgumentNullException.ThrowIfNull(folder);
        Name = name;
        LogFile = Path.Combine(folder.Logs, $"{name}.log");
        _pidFile = Path.Combine(folder.Run, $"{name}.pid");
    }

    public string Name { get; }

    public string LogFile { get; }

    /// <summary>The process id while it runs, else null.</summary>
    public int? Id => Recorded() is { Running: true } recorded ? recorded.Id : null;

    /// <summary>Starts it; its output is appended to <see cref="LogFile"/>. The environment is exactly the one given.</summary>
    /// <exception cref="LocalServerException">The program cannot be started.</exception>
    public void Start(ProcessLaunch launch)
    {
        ArgumentNullException.ThrowIfNull(launch);
        var info = new ProcessStartInfo("/bin/sh") { WorkingDirectory = launch.WorkingDirectory, UseShellExecute = false };
        foreach (var argument in (string[])["-c", Launcher, LogFile, .. ServerUser.Prefix(launch.User), launch.FileName, .. launch.Arguments])
            info.ArgumentList.Add(argument);
        info.Environment.Clear();
        foreach (var (key, value) in launch.Environment)
            info.Environment[key] = value;

        using var process = Process.Start(info) ?? throw new LocalServerException($"{Name} could not be started: {launch.FileName}.");
        // Gone already: there is nothing to remember, and whoever waits for readiness finds it ended.
        if (ProcessTable.Find(process.Id) is { } entry)
            File.WriteAllText(_pidFile, $"{entry.Id} {entry.StartTicks}\n");
    }

    /// <summary>Ends it by the given signal and, after the grace period, by SIGKILL; with whatever it started.</summary>
    internal async Task StopAsync(int signal, TimeSpan grace, CancellationToken cancellationToken)
    {
        if (Recorded() is { Running: true } recorded)
        {
            var tree = ProcessTable.Tree(recorded.Id);
            // A frozen process would sit on the signal.
            Send(tree, Signals.Continue);
            Signals.Send(recorded.Id, signal);
            var deadline = Stopwatch.StartNew();
            while (recorded.Running && deadline.Elapsed < grace)
                await Task.Delay(PollInterval, cancellationToken);
        }

        await KillAsync(cancellationToken);
    }

    /// <summary>Ends it and all its children by SIGKILL, and returns when none of them runs.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        if (Recorded() is not { } recorded)
            return;
        if (!recorded.Reused)
        {
            var tree = ProcessTable.Tree(recorded.Id);
            // The leader by its own id too: until its setsid has run, there is no such group.
            Signals.SendToGroup(recorded.Id, Signals.Kill);
            Send(tree, Signals.Kill);
            while (tree.Any(id => ProcessTable.Find(id) is not null))
                await Task.Delay(PollInterval, cancellationToken);
        }

        File.Delete(_pidFile);
    }

    /// <summary>SIGSTOP to it and all its children; returns when all of them stand still: connections stay open and nothing answers.</summary>
    public async Task FreezeAsync(CancellationToken cancellationToken)
    {
        // Parents may have had more children before they stood still.
        for (var moving = RunningTree(); moving.Count > 0; moving = [.. RunningTree().Where(x => ProcessTable.Find(x) is { Frozen: false })])
        {
            Send(moving, Signals.Stop);
            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    /// <summary>SIGCONT to it and all its children.</summary>
    public void Thaw() => Send(RunningTree(), Signals.Continue);

    /// <summary>The last lines of the log, for error messages.</summary>
    internal string LogTail(int lines = 15) =>
        File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(lines)) : "(no log)";

    private IReadOnlyList<int> RunningTree() =>
        ProcessTable.Tree(Id ?? throw new InvalidOperationException($"{Name} is not running: start it first."));

    private static void Send(IEnumerable<int> processes, int signal)
    {
        foreach (var process in processes)
            Signals.Send(process, signal);
    }

    private RecordedProcess? Recorded()
    {
        if (!File.Exists(_pidFile))
            return null;
        var parts = File.ReadAllText(_pidFile).Split(' ', StringSplitOptions.TrimEntries);
        // Half a file is what a power cut leaves; after it no process of ours runs.
        return parts.Length == 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var id) && ulong.TryParse(parts[1], CultureInfo.InvariantCulture, out var start)
            ? new RecordedProcess(id, start)
            : null;
    }

    private sealed record RecordedProcess(int Id, ulong StartTicks)
    {
        public bool Running => ProcessTable.Find(Id)?.StartTicks == StartTicks;

        /// <summary>The id belongs to a stranger now; so the old process is gone, and its group too, whose number the kernel would not have given away.</summary>
        public bool Reused => ProcessTable.Find(Id) is { } entry && entry.StartTicks != StartTicks;
    }
}

/// <summary>How to start a <see cref="LocalProcess"/>.</summary>
public sealed record ProcessLaunch
{
    public required string FileName { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required string WorkingDirectory { get; init; }

    /// <summary>The account to run as when we are root; null keeps our own.</summary>
    public string? User { get; init; }
}
