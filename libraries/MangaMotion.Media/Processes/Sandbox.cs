using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Processes;

/// <summary>
/// Starts processes that read untrusted files: without network, with an empty environment, only the job's files, limits on resources and a
/// process group of their own. They end with this process. <see cref="Kind"/> decides how much of this holds.
/// </summary>
public sealed class Sandbox
{
    private static readonly string[] SystemDirectories = ["/usr", "/bin", "/sbin", "/lib", "/lib64"];

    // Needed for dynamic linking (Debian's alternatives contain BLAS) and fonts. None describes the machine or its users.
    private static readonly string[] SystemFiles = ["/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/var/cache/fontconfig"];

    private static readonly string Confine = Path.Combine(AppContext.BaseDirectory, "mediahost", "confine.pl");

    private readonly bool _limitsProcesses;

    /// <summary>Selects the sandbox that this machine allows, and logs it.</summary>
    public Sandbox(IOptions<MediaOptions> options, ILogger<Sandbox> log)
    {
        List<string> forbidden = [];
        Kind = options.Value.Sandbox == SandboxKind.Auto ? FindStrongest(forbidden) : options.Value.Sandbox;
        _limitsProcesses = Kind == SandboxKind.Bubblewrap && CountsOwnProcesses();
        if (options.Value.Sandbox != SandboxKind.Auto)
            forbidden.Add("set by Media__Sandbox");
        var reason = forbidden.Count > 0 ? string.Join("; ", forbidden) : "nothing stronger exists";
        if (Kind is SandboxKind.Bubblewrap or SandboxKind.Landlock)
            log.SandboxChosen(Name, reason);
        else
            log.WeakSandboxChosen(Name, reason);
    }

    /// <summary>The sandbox in use; never <see cref="SandboxKind.Auto"/>.</summary>
    public SandboxKind Kind { get; }

    /// <summary>Name of <see cref="Kind"/> in the settings, in <c>GET /workers</c> and in the log.</summary>
    public string Name => Kind.ToString().ToLowerInvariant();

    /// <summary>Whether a started process sees its mounts at other paths than this process.</summary>
    internal bool Remounts => Kind == SandboxKind.Bubblewrap;

    /// <summary>Starts a process in the sandbox.</summary>
    /// <exception cref="SandboxFailedException">The kernel refused to start a process.</exception>
    internal async Task<Process> StartAsync(SandboxedStart start)
    {
        Process process;
        try
        {
            process = await ProcessLauncher.StartAsync(CreateCommand(Kind, start, _limitsProcesses));
        }
        catch (Win32Exception refused)
        {
            throw new SandboxFailedException(Path.GetFileName(start.Program), $"the kernel started no process: {refused.Message}", refused);
        }

        var leader = process.Id;

        // A process of the group may outlive its leader, such as the child of a bubblewrap that is killed early. It would keep the pipes
        // open, which are read to their end.
        process.Exited += (_, _) => Posix.KillOrphans(leader);
        process.EnableRaisingEvents = true;
        return process;
    }

    /// <summary>Runs a trivial program in the sandbox.</summary>
    /// <returns>Why the program did not run; null if it did.</returns>
    internal string? FindFailure() => FindFailure(Kind, "true", [], processes: null);

    /// <summary>Finds the strongest kind in which a trivial program runs, and why it does not run in each stronger one.</summary>
    private static SandboxKind FindStrongest(List<string> forbidden)
    {
        foreach (var kind in (SandboxKind[])[SandboxKind.Bubblewrap, SandboxKind.Landlock, SandboxKind.Seccomp])
        {
            if (FindFailure(kind, "true", [], processes: null) is not { } reason)
                return kind;
            forbidden.Add($"no {kind.ToString().ToLowerInvariant()}: {reason}");
        }

        return SandboxKind.None;
    }

    /// <summary>
    /// Whether RLIMIT_NPROC counts only the processes inside a user namespace, as since Linux 5.14. Older kernels also count the user's
    /// other processes. This process alone has more threads than the limit that is tried here.
    /// </summary>
    private static bool CountsOwnProcesses() =>
        FindFailure(SandboxKind.Bubblewrap, "sh", ["-c", "true & wait"], processes: 4) is null;

    private static string? FindFailure(SandboxKind kind, string program, string[] arguments, int? processes)
    {
        if (kind is SandboxKind.Landlock && Landlock.Missing is { } missing)
            return missing;
        if (kind is SandboxKind.Landlock or SandboxKind.Seccomp && !SeccompFilter.IsKnownProcessor)
            return "no seccomp filter for this processor";

        var start = new SandboxedStart
        {
            Program = program,
            Arguments = arguments,
            Mounts = [new Mount(Path.GetTempPath(), "/job")],
            Caps = new ResourceCaps { MemoryBytes = 1_000_000_000, FileBytes = 1_000_000, Processes = processes ?? 0 },
        };
        try
        {
            var command = CreateCommand(kind, start, processes is not null);
            using var process = ProcessLauncher.StartAsync(command).GetAwaiter().GetResult();
            process.StandardInput.Close();
            var stderr = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : ToolErrors.FindReason(stderr) ?? $"exit {process.ExitCode}";
        }
        catch (Win32Exception refused)
        {
            return refused.Message;
        }
    }

    private static ProcessStartInfo CreateCommand(SandboxKind kind, SandboxedStart sandboxed, bool limitProcesses)
    {
        // setsid starts a process group, which can be killed as a whole. setpriv ends the process with the launcher's thread.
        List<string> command = ["setpriv", "--pdeathsig", "KILL"];
        switch (kind)
        {
            case SandboxKind.Bubblewrap:
                command.AddRange(["--", "bwrap", .. Bubblewrap(sandboxed.Mounts)]);
                break;
            case SandboxKind.Landlock or SandboxKind.Seccomp:
                if (Posix.HasCapability(Posix.SetCapabilities))
                    command.AddRange(["--inh-caps=-all", "--bounding-set=-all"]);
                var rules = kind == SandboxKind.Landlock
                    ? Landlock.Arguments([.. SystemDirectories, .. SystemFiles], sandboxed.Mounts)
                    : ["0", "0", "0"];
                var filter = Convert.ToHexStringLower(SeccompFilter.Build());
                command.AddRange(["--", "perl", Confine, Text(SeccompFilter.Prctl), filter, .. rules, "--"]);
                break;
            default:
                command.Add("--");
                break;
        }

        // prlimit is the innermost, so that bubblewrap is not limited and processes are counted inside its user namespace.
        command.AddRange(["prlimit", .. Caps(sandboxed.Caps, limitProcesses), "--", sandboxed.Program, .. sandboxed.Arguments]);

        var start = new ProcessStartInfo("setsid", command)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = sandboxed.Mounts[0].Path,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        start.Environment["HOME"] = "/tmp";
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["PERL_BADLANG"] = "0"; // otherwise perl warns on stderr if the system lacks the locale
        foreach (var (name, value) in sandboxed.Environment)
            start.Environment[name] = value;
        return start;
    }

    private static List<string> Bubblewrap(IReadOnlyList<Mount> mounts)
    {
        List<string> arguments =
            ["--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"];
        foreach (var directory in SystemDirectories.Select(path => new DirectoryInfo(path)).Where(directory => directory.Exists))
        {
            var path = directory.FullName;
            arguments.AddRange(directory.LinkTarget is { } target ? ["--symlink", target, path] : ["--ro-bind", path, path]);
        }

        foreach (var file in SystemFiles)
            arguments.AddRange(["--ro-bind-try", file, file]);
        foreach (var mount in mounts)
            arguments.AddRange([mount.Writable ? "--bind" : "--ro-bind", mount.Path, mount.Inside]);
        arguments.AddRange(["--chdir", mounts[0].Inside, "--"]);
        return arguments;
    }

    private static IEnumerable<string> Caps(ResourceCaps caps, bool limitProcesses)
    {
        yield return Cap("as", caps.MemoryBytes);
        yield return Cap("fsize", caps.FileBytes);
        if (limitProcesses)
            yield return Cap("nproc", caps.Processes);
        yield return Cap("nofile", caps.OpenFiles);
        yield return Cap("core", 0);
        if (caps.CpuSeconds is { } seconds)
            yield return $"--cpu={seconds}:{seconds + 5}"; // first SIGXCPU, which shows the cause, then SIGKILL

        static string Cap(string name, long value) => $"--{name}={value.ToString(CultureInfo.InvariantCulture)}";
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
