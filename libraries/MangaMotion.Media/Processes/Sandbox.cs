using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Processes;

/// <summary>A directory that a child sees: where it is for us and for the child.</summary>
internal sealed record Mount(string Path, string Inside, bool Writable = false);

/// <summary>What one child is started with.</summary>
internal sealed record SandboxedStart
{
    /// <summary>Absolute path, or a name to be found on the system's PATH.</summary>
    public required string Program { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The first mount is the working directory.</summary>
    public required IReadOnlyList<Mount> Mounts { get; init; }

    public required ResourceCaps Caps { get; init; }

    /// <summary>All of the environment but PATH, HOME and LANG.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>Caps that the kernel holds for every process of a child.</summary>
internal sealed record ResourceCaps
{
    public required long MemoryBytes { get; init; }

    public required long FileBytes { get; init; }

    /// <summary>Null for a child that lives on; its jobs are timed by whoever gives them.</summary>
    public int? CpuSeconds { get; init; }

    /// <summary>Threads count as processes. The kernel counts all of the user's where the sandbox has no user namespace, and does not count root's.</summary>
    public int Processes { get; init; } = 64;

    public int OpenFiles { get; init; } = 256;
}

/// <summary>
/// Starts children so that a hostile file gets nowhere: no network, an empty environment, only the job's files, caps on what
/// it may take, an own process group, and death with this process.
/// </summary>
public sealed class Sandbox
{
    private static readonly string[] SystemDirectories = ["/usr", "/bin", "/sbin", "/lib", "/lib64"];

    // What dynamic linking (Debian's alternatives hold BLAS) and fonts need; nothing that tells about the machine.
    private static readonly string[] SystemFiles = ["/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/var/cache/fontconfig"];

    public Sandbox(IOptions<MediaOptions> options, ILogger<Sandbox> log)
    {
        Kind = options.Value.Sandbox == SandboxKind.Auto ? Probe() : options.Value.Sandbox;
        if (Kind == SandboxKind.Bubblewrap)
            log.LogInformation("Media tools run in bubblewrap: no network, no files but their own");
        else
            log.LogWarning("Media tools run with the weaker sandbox {Sandbox}: install bubblewrap and allow user namespaces for the full one", Kind);
    }

    /// <summary>The one in use; never <see cref="SandboxKind.Auto"/>.</summary>
    public SandboxKind Kind { get; }

    /// <summary>True when the child sees its mounts at the paths inside, false when it sees them where they are.</summary>
    internal bool Remounts => Kind == SandboxKind.Bubblewrap;

    internal async Task<Process> StartAsync(SandboxedStart child)
    {
        var (file, arguments) = Command(Kind, child);
        var start = new ProcessStartInfo(file)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = child.Mounts[0].Path,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);

        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        start.Environment["HOME"] = "/tmp";
        start.Environment["LANG"] = "C.UTF-8";
        foreach (var (name, value) in child.Environment)
            start.Environment[name] = value;
        var process = await ProcessLauncher.StartAsync(start);
        var leader = process.Id;

        // What outlives it holds its pipes, which are read to their end: such as the child of a bubblewrap that somebody killed before
        // that child had asked to die with it.
        process.Exited += (_, _) => Posix.KillOrphans(leader);
        process.EnableRaisingEvents = true;
        return process;
    }

    private static (string File, List<string> Arguments) Command(SandboxKind kind, SandboxedStart child)
    {
        // setsid: a group of its own, which can be killed whole. setpriv: dies with the launcher's thread.
        List<string> command = ["setsid"];
        switch (kind)
        {
            case SandboxKind.Bubblewrap:
                command.AddRange(["setpriv", "--pdeathsig", "KILL", "--", "bwrap"]);
                command.AddRange(Bubblewrap(child.Mounts));
                break;
            case SandboxKind.NetworkNamespace:
                command.AddRange(["unshare", Posix.IsRoot ? "-n" : "-rn", "--", "setpriv", "--pdeathsig", "KILL", "--"]);
                break;
            default:
                command.AddRange(["setpriv", "--pdeathsig", "KILL", "--"]);
                break;
        }

        // Innermost, so that bubblewrap itself is not capped and processes are counted inside its user namespace.
        command.Add("prlimit");
        command.AddRange(Caps(child.Caps));
        command.Add("--");
        command.Add(child.Program);
        command.AddRange(child.Arguments);
        return (command[0], command[1..]);
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

    private static IEnumerable<string> Caps(ResourceCaps caps)
    {
        yield return Cap("as", caps.MemoryBytes);
        yield return Cap("fsize", caps.FileBytes);
        yield return Cap("nproc", caps.Processes);
        yield return Cap("nofile", caps.OpenFiles);
        yield return Cap("core", 0);
        if (caps.CpuSeconds is { } seconds)
            yield return $"--cpu={seconds}:{seconds + 5}"; // a signal that tells why, then death

        static string Cap(string name, long value) => $"--{name}={value.ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>The strictest kind with which a trivial child runs.</summary>
    private static SandboxKind Probe()
    {
        var child = new SandboxedStart
        {
            Program = "true",
            Arguments = [],
            Mounts = [new Mount(Path.GetTempPath(), "/job")],
            Caps = new ResourceCaps { MemoryBytes = 1_000_000_000, FileBytes = 1_000_000 },
        };
        foreach (var kind in (SandboxKind[])[SandboxKind.Bubblewrap, SandboxKind.NetworkNamespace])
        {
            var (file, arguments) = Command(kind, child);
            using var process = Process.Start(new ProcessStartInfo(file, arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode == 0)
                return kind;
        }

        return SandboxKind.None;
    }
}
