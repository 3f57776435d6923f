using System.Diagnostics;
using System.Text.RegularExpressions;
using MangaMotion.Containers;
using MangaMotion.TestSupport;

namespace MangaMotion.Packages;

/// <summary>A Debian with systemd as its first process, in <c>systemd-nspawn</c> and without a network. Removed at the end.</summary>
internal sealed partial class Machine : IAsyncDisposable
{
    private const string Shared = "/packages";

    private static readonly TimeSpan BootTimeout = TimeSpan.FromMinutes(3);

    private readonly string _root;
    private readonly string _packages;
    private Process? _container;
    private string _init = "";

    private Machine(string root, string packages) => (_root, _packages) = (root, packages);

    /// <summary>Makes a machine of this release, with the package of the commit before and what it depends on, and boots it.</summary>
    /// <param name="release">Name of the release: <c>bookworm</c> or <c>trixie</c>.</param>
    public static async Task<Machine> CreateAsync(string release, BuiltPackage package)
    {
        var root = Directory.CreateTempSubdirectory($"mangamotion-{release}-").FullName;
        var machine = new Machine(root, package.Folder);
        try
        {
            // The accounts of the machine look into its root.
            await RunAsync("chmod", "755", root);
            await machine.InstallSystemAsync(release);
            await machine.BootAsync();
            return machine;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a program with success.</summary>
    /// <returns>Both outputs together.</returns>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (exitCode, output) = await CommandRun.TryAsync(program, arguments, "/", new Dictionary<string, string>());
        exitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}\n{output}");
        return output;
    }

    /// <summary>Path in the machine of a package's file.</summary>
    public static string PathOf(string package) => $"{Shared}/{package}";

    /// <summary>Runs a shell command in the machine, with success.</summary>
    public async Task<string> ShellAsync(string command)
    {
        var (exitCode, output) = await TryShellAsync(command);
        exitCode.ShouldBe(0, $"{command}\n{output}");
        return output;
    }

    /// <summary>Runs a shell command in the machine.</summary>
    public Task<(int ExitCode, string Output)> TryShellAsync(string command) => CommandRun.TryAsync(
        "nsenter",
        ["-t", _init, "-a", "env", "-i", "HOME=/root", "LC_ALL=C.UTF-8", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "sh", "-c", command],
        "/",
        new Dictionary<string, string>());

    /// <summary>Writes a file that only root of the machine needs.</summary>
    public void Write(string path, byte[] content)
    {
        var file = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, content);
    }

    /// <summary>States of the units, such as <c>active</c>.</summary>
    public async Task<string> StatesAsync(params string[] units) =>
        (await TryShellAsync($"systemctl is-active {string.Join(' ', units)}")).Output.Trim().Replace('\n', ' ');

    /// <summary>Shuts the machine down and starts it again.</summary>
    public async Task RestartAsync()
    {
        await ShutDownAsync();
        await BootAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await ShutDownAsync();
        await CommandRun.TryAsync("rm", ["-rf", "--one-file-system", _root], "/", new Dictionary<string, string>());
    }

    [GeneratedRegex("^URIs: *(?<mirror>[^ ]+/debian)/?$", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex DebianUris();

    private async Task InstallSystemAsync(string release)
    {
        // The mirrors of this machine, for another release.
        var sources = string.Join(
            '\n',
            Directory.EnumerateFiles("/etc/apt/sources.list.d", "*.sources")
                .Select(File.ReadAllText)
                .Where(text => DebianUris().IsMatch(text)));
        var mirror = DebianUris().Match(sources).Groups["mirror"].Value;
        await RunAsync("debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus,ca-certificates", release, _root, mirror);
        File.Delete(Path.Combine(_root, "etc/apt/sources.list"));
        await File.WriteAllTextAsync(
            Path.Combine(_root, "etc/apt/sources.list.d/debian.sources"),
            sources.Replace("bookworm", release).Replace("trixie", release) + "\n");
        var settings = Path.Combine(_root, "etc/apt/apt.conf.d/90machine");
        await RunAsync("sh", "-c", $"apt-config dump | grep -E '^Acquire::Check-(Valid-Until|Date) ' >{settings} || true");
        await RunAsync(
            "systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--pipe", "-D", _root, $"--bind={_packages}:{Shared}",
            "--setenv=DEBIAN_FRONTEND=noninteractive", "sh", "-c",
            $"apt-get update && apt-get install -y --no-install-recommends postgresql rabbitmq-server supervisor "
                + PathOf(BuiltPackage.Previous));
    }

    private async Task BootAsync()
    {
        string[] arguments =
        [
            "--quiet", "--boot", "--register=no", "--keep-unit", "--private-network", "--console=pipe", "-D", _root,
            $"--bind={_packages}:{Shared}",
        ];
        _container = Process.Start(new ProcessStartInfo("systemd-nspawn", arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        _ = _container.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        await Eventually.Until(
            async () =>
            {
                string[] children = ["-P", $"{_container.Id}"];
                _init = (await CommandRun.TryAsync("pgrep", children, "/", new Dictionary<string, string>())).Output.Split('\n')[0];
                return _init.Length > 0
                    && (await TryShellAsync("systemctl is-system-running")).Output.Trim() is "running" or "degraded";
            },
            BootTimeout,
            "the machine has booted");
    }

    private async Task ShutDownAsync()
    {
        if (_container is not { HasExited: false } container)
            return;
        // SIGTERM to systemd-nspawn is an orderly shutdown.
        await CommandRun.TryAsync("kill", ["-TERM", $"{container.Id}"], "/", new Dictionary<string, string>());
        await container.WaitForExitAsync();
    }
}
