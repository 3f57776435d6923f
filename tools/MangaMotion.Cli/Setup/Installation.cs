using MangaMotion.Cli.Local;

namespace MangaMotion.Cli.Setup;

/// <summary>Installs the Debian packages that the machine needs besides the .NET SDK.</summary>
internal static class Installation
{
    private const string PackageList = "deploy/debian-packages.txt";

    /// <summary>Installs the missing packages of the groups; returns at once if none is missing.</summary>
    /// <exception cref="CommandException">This account may not install packages; the message has the exact command.</exception>
    public static async Task EnsureAsync(Clone clone, IReadOnlyCollection<string> groups, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var missing = DebianPackage.Read(clone[PackageList]).Where(x => groups.Contains(x.Group) && !x.IsInstalled).Select(x => x.Name).ToList();
        if (missing.Count > 0)
            await InstallAsync(missing, progress, cancellationToken);
    }

    private static async Task InstallAsync(IReadOnlyList<string> packages, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var command = $"apt-get update && apt-get install -y --no-install-recommends {string.Join(' ', packages)}";
        string[]? root = Environment.IsPrivilegedProcess ? [] : await MaySudoAsync(cancellationToken) ? ["sudo", "-n"] : null;
        if (root is null || !Tool.Exists("apt-get"))
            throw new CommandException($"These Debian packages are missing: {string.Join(", ", packages)}. Install them as root, then run this again:\n  {command}");

        progress.Report($"installing {string.Join(", ", packages)}");
        string[] shell = [.. root, "env", "DEBIAN_FRONTEND=noninteractive", "sh", "-c", command];
        var (exitCode, output) = await Tool.CaptureAsync(shell[0], shell[1..], "/", cancellationToken);
        if (exitCode != 0)
            throw new CommandException($"`{command}` failed with {exitCode}:\n{output}");
    }

    private static async Task<bool> MaySudoAsync(CancellationToken cancellationToken) =>
        Tool.Exists("sudo") && (await Tool.CaptureAsync("sudo", ["-n", "true"], "/", cancellationToken)).ExitCode == 0;
}
