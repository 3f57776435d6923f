using MangaMotion.Cli.Local;

namespace MangaMotion.Cli.Setup;

/// <summary>Installation of the Debian packages and the npm package that the machine needs besides the .NET SDK.</summary>
internal static class Installation
{
    private const string PackageList = "deploy/debian-packages.txt";

    /// <summary>Folder with the lock file of the models that read lettering.</summary>
    private const string Models = "tools/MangaMotion.MediaHost/Models";

    /// <summary>Installs the missing packages of the groups.</summary>
    /// <exception cref="CommandException">The user may not install packages; the message has the command to run as root.</exception>
    public static async Task EnsureAsync(
        Clone clone, IReadOnlyCollection<string> groups, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var missing = DebianPackage.Read(clone[PackageList])
            .Where(package => groups.Contains(package.Group) && !package.IsInstalled)
            .Select(package => package.Request).ToList();
        if (missing.Count > 0)
            await InstallAsync(missing, progress, cancellationToken);
        await EnsureModelsAsync(clone, progress, cancellationToken);
    }

    /// <summary>Installs the models in the version of the lock file. Without them the services work and read less lettering.</summary>
    private static async Task EnsureModelsAsync(Clone clone, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var installed = clone[$"{Models}/node_modules/.package-lock.json"];
        var isCurrent = File.Exists(installed)
            && File.GetLastWriteTimeUtc(installed) >= File.GetLastWriteTimeUtc(clone[$"{Models}/package-lock.json"]);
        if (isCurrent || !Tool.Exists("npm"))
            return;
        progress.Report("installing the models that read lettering");
        var (exitCode, output) = await Tool.CaptureAsync(
            "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], clone[Models], cancellationToken);
        if (exitCode != 0)
            progress.Report($"npm could not install the models; lettering is read by tesseract alone:\n{output}");
    }

    private static async Task InstallAsync(IReadOnlyList<string> packages, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var command = $"apt-get update && apt-get install -y --no-install-recommends {string.Join(' ', packages)}";
        string[] sudo = Environment.IsPrivilegedProcess ? [] : ["sudo", "-n"];
        if (!Tool.Exists("apt-get") || !await CanRunAsync(sudo, cancellationToken))
        {
            throw new CommandException(
                $"These Debian packages are missing: {string.Join(", ", packages)}. "
                + $"Run this command as root, then try again:\n  {command}");
        }

        progress.Report($"installing {string.Join(", ", packages)}");
        string[] shell = [.. sudo, "env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C", "sh", "-c", command];
        await AptLock.WaitAsync(
            async () =>
            {
                var (exitCode, output) = await Tool.CaptureAsync(shell[0], shell[1..], "/", cancellationToken);
                if (exitCode != 0 && AptLock.FindHolder(output) is { } holder)
                    return holder;
                return exitCode == 0 ? null : throw new CommandException($"`{command}` failed with exit code {exitCode}:\n{output}");
            },
            progress,
            TimeProvider.System,
            cancellationToken);
    }

    /// <summary>Checks whether the user may run commands with the prefix.</summary>
    private static async Task<bool> CanRunAsync(string[] sudo, CancellationToken cancellationToken) =>
        sudo is []
        || (Tool.Exists(sudo[0]) && (await Tool.CaptureAsync(sudo[0], [.. sudo[1..], "true"], "/", cancellationToken)).ExitCode == 0);
}
