using System.Diagnostics;

namespace MangaMotion.LocalStack.Processes;

/// <summary>Servers refuse to run as root, or should not: root runs them as the account their Debian package made.</summary>
internal static class ServerUser
{
    /// <summary>The command that drops to the account; empty where we are not root, or stay who we are.</summary>
    public static string[] Prefix(string? user) =>
        user is null || !Environment.IsPrivilegedProcess ? [] : ["setpriv", $"--reuid={user}", $"--regid={user}", "--init-groups", "--"];

    /// <summary>Makes a folder that only the account can enter.</summary>
    public static async Task MakeFolderAsync(string path, string? user, CancellationToken cancellationToken)
    {
        string[] owner = user is null || !Environment.IsPrivilegedProcess ? [] : [$"--owner={user}", $"--group={user}"];
        await RunAsync("install", ["-d", "-m", "0700", .. owner, path], null, cancellationToken);
    }

    /// <summary>Runs a tool to its end.</summary>
    /// <exception cref="LocalServerException">It did not exit with 0; the message has its output.</exception>
    public static async Task RunAsync(string fileName, IReadOnlyList<string> arguments, string? user, CancellationToken cancellationToken)
    {
        string[] command = [.. Prefix(user), fileName, .. arguments];
        var info = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = "/", UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        info.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(info) ?? throw new LocalServerException($"{fileName} could not be started.");
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new LocalServerException($"`{string.Join(' ', command)}` failed with {process.ExitCode}:\n{await errors}{await output}");
    }
}
