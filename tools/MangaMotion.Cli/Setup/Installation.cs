using System.Runtime.InteropServices;
using MangaMotion.Cli.Local;

namespace MangaMotion.Cli.Setup;

/// <summary>What the machine needs besides the .NET SDK: Debian packages, and the fast libvips from npm.</summary>
internal static class Installation
{
    private const string PackageList = "deploy/debian-packages.txt";

    /// <summary>Installs what is missing of the groups; quick when nothing is.</summary>
    /// <exception cref="CommandException">We may not install: the message has the exact command.</exception>
    public static async Task EnsureAsync(Clone clone, IReadOnlyCollection<string> groups, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var missing = DebianPackage.Read(clone[PackageList]).Where(x => groups.Contains(x.Group) && !x.IsInstalled).Select(x => x.Name).ToList();
        if (missing.Count > 0)
            await InstallAsync(missing, progress, cancellationToken);
        await EnsureLibvipsAsync(clone, progress, cancellationToken);
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

    /// <summary>Debian's libvips serves too, more slowly: whatever keeps npm from working is said, and is no failure.</summary>
    private static async Task EnsureLibvipsAsync(Clone clone, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(clone.State, "native");
        var wanted = await File.ReadAllTextAsync(clone["deploy/native/package-lock.json"], cancellationToken);
        var stamp = Path.Combine(folder, "installed");
        if (File.Exists(stamp) && await File.ReadAllTextAsync(stamp, cancellationToken) == wanted)
            return;

        const string Without = "Debian's libvips is used instead, which needs about half as much CPU time again per image";
        if (RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64))
        {
            progress.Report($"no fast libvips for {RuntimeInformation.ProcessArchitecture}: {Without}");
            return;
        }

        try
        {
            if (!Tool.Exists("npm"))
                await InstallAsync(["npm"], progress, cancellationToken);
            progress.Report("installing the fast libvips");
            Directory.CreateDirectory(folder);
            foreach (var file in (string[])["package.json", "package-lock.json"])
                File.Copy(clone[$"deploy/native/{file}"], Path.Combine(folder, file), overwrite: true);
            var (exitCode, output) = await Tool.CaptureAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder, cancellationToken);
            if (exitCode != 0)
                throw new CommandException(output);
            await File.WriteAllTextAsync(stamp, wanted, cancellationToken);
        }
        catch (CommandException exception)
        {
            progress.Report($"the fast libvips could not be installed: {Without}. {exception.Message}");
        }
    }
}
