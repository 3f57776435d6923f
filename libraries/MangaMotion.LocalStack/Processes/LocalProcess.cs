using System.Diagnostics;
using System.Globalization;

namespace MangaMotion.LocalStack.Processes;

/// <summary>
/// Background process in a separate session with a pid file. Another process, or the next start, can find and stop it, also after a crash
/// of its owner.
/// </summary>
public sealed class LocalProcess
{
    // The log is opened before the user changes, because the server's user may have no access to the log's folder.
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

    /// <summary>Id of the running process; null if it does not run.</summary>
    public int? Id => ReadRecord() is { IsRunning: true } recorded ? recorded.Id : null;

    /// <summary>Starts the process with exactly the given environment. Its output is appended to <see cref="LogFile"/>.</summary>
    /// <exception cref="LocalServerException">The program cannot be started.</exception>
    public void Start(ProcessLaunch launch)
    {
        ArgumentNullException.ThrowIfNull(launch);
        var info = new ProcessStartInfo("/bin/sh") { WorkingDirectory = launch.WorkingDirectory, UseShellExecute = false };
        foreach (var argument in (string[])[
            "-c", Launcher, LogFile, .. ServerUser.CreatePrefix(launch.User), launch.FileName, .. launch.Arguments])
            info.ArgumentList.Add(argument);
        info.Environment.Clear();
        foreach (var (key, value) in launch.Environment)
            info.Environment[key] = value;

        using var process = Process.Start(info) ?? throw new LocalServerException($"{Name} could not be started: {launch.FileName}.");
        // A process that has already ended needs no pid file. The wait for readiness reports it.
        if (ProcessTable.Find(process.Id) is { } entry)
            File.WriteAllText(_pidFile, $"{entry.Id} {entry.StartTicks}\n");
    }

    /// <summary>Stops the process with a signal, and kills it and its children after the grace period.</summary>
    internal async Task StopAsync(int signal, TimeSpan grace, CancellationToken cancellationToken)
    {
        if (ReadRecord() is { IsRunning: true } recorded)
        {
            var tree = ProcessTable.FindTree(recorded.Id);
            // A frozen process would not handle the signal.
            SendSignal(tree, Signals.Continue);
            Signals.Send(recorded.Id, signal);
            var deadline = Stopwatch.StartNew();
            while (recorded.IsRunning && deadline.Elapsed < grace)
                await Task.Delay(PollInterval, cancellationToken);
        }

        await KillAsync(cancellationToken);
    }

    /// <summary>Kills the process and its children with SIGKILL and waits until they have ended.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        if (ReadRecord() is not { } recorded)
            return;
        if (!recorded.IsReused)
        {
            var tree = ProcessTable.FindTree(recorded.Id);
            // The tree includes the leader's own id, because its group does not exist before setsid has run.
            Signals.SendToGroup(recorded.Id, Signals.Kill);
            SendSignal(tree, Signals.Kill);
            while (tree.Any(id => ProcessTable.Find(id) is not null))
                await Task.Delay(PollInterval, cancellationToken);
        }

        File.Delete(_pidFile);
    }

    /// <summary>Stops the process and its children with SIGSTOP and waits until all are stopped. Connections stay open.</summary>
    public async Task FreezeAsync(CancellationToken cancellationToken)
    {
        // A parent can start more children before it stops.
        for (var moving = FindRunningTree(); moving.Count > 0; moving = [
            .. FindRunningTree().Where(x => ProcessTable.Find(x) is { Frozen: false })])
        {
            SendSignal(moving, Signals.Stop);
            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    /// <summary>Continues the process and its children with SIGCONT.</summary>
    public void Thaw() => SendSignal(FindRunningTree(), Signals.Continue);

    /// <summary>Reads the last lines of the log for an error message.</summary>
    internal string ReadLogTail(int lines = 15) =>
        File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(lines)) : "(no log)";

    private IReadOnlyList<int> FindRunningTree() =>
        ProcessTable.FindTree(Id ?? throw new InvalidOperationException($"{Name} is not running: start it first."));

    private static void SendSignal(IEnumerable<int> processes, int signal)
    {
        foreach (var process in processes)
            Signals.Send(process, signal);
    }

    private RecordedProcess? ReadRecord()
    {
        if (!File.Exists(_pidFile))
            return null;
        var parts = File.ReadAllText(_pidFile).Split(' ', StringSplitOptions.TrimEntries);
        // A power cut can leave a partial file; no recorded process runs after it.
        return parts.Length == 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var id)
            && ulong.TryParse(parts[1], CultureInfo.InvariantCulture, out var start)
            ? new RecordedProcess(id, start)
            : null;
    }

    private sealed record RecordedProcess(int Id, ulong StartTicks)
    {
        public bool IsRunning => ProcessTable.Find(Id)?.StartTicks == StartTicks;

        /// <summary>
        /// Whether another process has the id. The old process and its group have then ended: the kernel does not reuse the id of a group.
        /// </summary>
        public bool IsReused => ProcessTable.Find(Id) is { } entry && entry.StartTicks != StartTicks;
    }
}

/// <summary>Command of a <see cref="LocalProcess"/>.</summary>
public sealed record ProcessLaunch
{
    public required string FileName { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required string WorkingDirectory { get; init; }

    /// <summary>User to run as if this process is root; null for the current user.</summary>
    public string? User { get; init; }
}
