using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Processes;

/// <summary>
/// Starts children so that a hostile file gets nowhere: no network, an empty environment, only the job's files, limits on resources,
/// a process group of its own, and death with this process. How much of this holds depends on <see cref="Kind"/>.
/// </summary>
public sealed class Sandbox
{
    private static readonly string[] SystemDirectories = ["/usr", "/bin", "/sbin", "/lib", "/lib64"];

    // Dynamic linking (Debian's alternatives hold BLAS) and fonts need them; none describes the machine or its users.
    private static readonly string[] SystemFiles = ["/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/var/cache/fontconfig"];

    private static readonly string Confine = Path.Combine(AppContext.BaseDirectory, "mediahost", "confine.pl");

    private readonly bool _limitsProcesses;

    /// <summary>Measures what this machine allows, and logs the choice.</summary>
    public Sandbox(IOptions<MediaOptions> options, ILogger<Sandbox> log)
    {
        List<string> forbidden = [];
        Kind = options.Value.Sandbox == SandboxKind.Auto ? Strongest(forbidden) : options.Value.Sandbox;
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

    /// <summary><see cref="Kind"/> as it stands in the settings, in <c>GET /workers</c> and in the log.</summary>
    public string Name => Kind.ToString().ToLowerInvariant();

    /// <summary>True when the child sees its mounts at other paths than this process does.</summary>
    internal bool Remounts => Kind == SandboxKind.Bubblewrap;

    /// <exception cref="SandboxFailedException">The kernel refused to start a process.</exception>
    internal async Task<Process> StartAsync(SandboxedStart child)
    {
        Process process;
        try
        {
            process = await ProcessLauncher.StartAsync(Command(Kind, child, _limitsProcesses));
        }
        catch (Win32Exception refused)
        {
            throw new SandboxFailedException(Path.GetFileName(child.Program), $"the kernel started no process: {refused.Message}", refused);
        }

        var leader = process.Id;

        // Processes that outlive it hold its pipes, which are read to their end: such as the child of a killed bubblewrap that had not
        // yet asked to die with it.
        process.Exited += (_, _) => Posix.KillOrphans(leader);
        process.EnableRaisingEvents = true;
        return process;
    }

    /// <summary>Runs a trivial program as a tool is run.</summary>
    /// <returns>Why it did not run; null when it did.</returns>
    internal string? Try() => Try(Kind, "true", [], processes: null);

    /// <summary>The strongest kind in which a trivial program runs, and for each stronger one why it does not.</summary>
    private static SandboxKind Strongest(List<string> forbidden)
    {
        foreach (var kind in (SandboxKind[])[SandboxKind.Bubblewrap, SandboxKind.Landlock, SandboxKind.Seccomp])
        {
            if (Try(kind, "true", [], processes: null) is not { } reason)
                return kind;
            forbidden.Add($"no {kind.ToString().ToLowerInvariant()}: {reason}");
        }

        return SandboxKind.None;
    }

    /// <summary>
    /// Whether RLIMIT_NPROC counts the processes inside a user namespace alone, as kernels do since 5.14. An older kernel also counts the
    /// user's processes outside, of which this process alone has more threads than the limit tried here.
    /// </summary>
    private static bool CountsOwnProcesses() => Try(SandboxKind.Bubblewrap, "sh", ["-c", "true & wait"], processes: 4) is null;

    private static string? Try(SandboxKind kind, string program, string[] arguments, int? processes)
    {
        if (kind is SandboxKind.Landlock && Landlock.Missing is { } missing)
            return missing;
        if (kind is SandboxKind.Landlock or SandboxKind.Seccomp && !SeccompFilter.IsKnownProcessor)
            return "no seccomp filter for this processor";

        var child = new SandboxedStart
        {
            Program = program,
            Arguments = arguments,
            Mounts = [new Mount(Path.GetTempPath(), "/job")],
            Caps = new ResourceCaps { MemoryBytes = 1_000_000_000, FileBytes = 1_000_000, Processes = processes ?? 0 },
        };
        try
        {
            using var process = ProcessLauncher.StartAsync(Command(kind, child, processes is not null)).GetAwaiter().GetResult();
            process.StandardInput.Close();
            var said = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : StartFailure.Reason(said) ?? $"exit {process.ExitCode}";
        }
        catch (Win32Exception refused)
        {
            return refused.Message;
        }
    }

    private static ProcessStartInfo Command(SandboxKind kind, SandboxedStart child, bool limitProcesses)
    {
        // setsid: a group of its own, which can be killed whole. setpriv: dies with the launcher's thread.
        List<string> command = ["setpriv", "--pdeathsig", "KILL"];
        switch (kind)
        {
            case SandboxKind.Bubblewrap:
                command.AddRange(["--", "bwrap", .. Bubblewrap(child.Mounts)]);
                break;
            case SandboxKind.Landlock or SandboxKind.Seccomp:
                if (Posix.HasCapability(Posix.SetCapabilities))
                    command.AddRange(["--inh-caps=-all", "--bounding-set=-all"]);
                var rules = kind == SandboxKind.Landlock ? Landlock.Arguments([.. SystemDirectories, .. SystemFiles], child.Mounts) : ["0", "0", "0"];
                var filter = Convert.ToHexStringLower(SeccompFilter.Build());
                command.AddRange(["--", "perl", Confine, Text(SeccompFilter.Prctl), filter, .. rules, "--"]);
                break;
            default:
                command.Add("--");
                break;
        }

        // Innermost, so that bubblewrap itself is not limited and processes are counted inside its user namespace.
        command.AddRange(["prlimit", .. Caps(child.Caps, limitProcesses), "--", child.Program, .. child.Arguments]);

        var start = new ProcessStartInfo("setsid", command)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = child.Mounts[0].Path,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        start.Environment["HOME"] = "/tmp";
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["PERL_BADLANG"] = "0"; // where the system lacks that locale, confine.pl would say so in front of the tool's words
        foreach (var (name, value) in child.Environment)
            start.Environment[name] = value;
        return start;
    }

    private static List<string> Bubblewrap(IReadOnlyList<Mount> mounts)
    {
        List<string> arguments = ["--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"];
        foreach (var directory in SystemDirectories.Select(path => new DirectoryInfo(path)).Where(directory => directory.Exists))
            arguments.AddRange(directory.LinkTarget is { } target ? ["--symlink", target, directory.FullName] : ["--ro-bind", directory.FullName, directory.FullName]);
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
            yield return $"--cpu={seconds}:{seconds + 5}"; // first a signal that names the cause, then death

        static string Cap(string name, long value) => $"--{name}={value.ToString(CultureInfo.InvariantCulture)}";
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
