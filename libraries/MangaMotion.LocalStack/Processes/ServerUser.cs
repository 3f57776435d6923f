using System.Diagnostics;

namespace MangaMotion.LocalStack.Processes;

/// <summary>Runs programs as the user of their Debian package if this process is root, because servers must not run as root.</summary>
internal static class ServerUser
{
    /// <summary>Creates the command prefix that changes to a user; empty if this process is not root or keeps its user.</summary>
    public static string[] CreatePrefix(string? user) =>
        user is null || !Environment.IsPrivilegedProcess ? [] : ["setpriv", $"--reuid={user}", $"--regid={user}", "--init-groups", "--"];

    /// <summary>Creates a folder that only the user can enter.</summary>
    public static async Task CreateFolderAsync(string path, string? user, CancellationToken cancellationToken)
    {
        string[] owner = user is null || !Environment.IsPrivilegedProcess ? [] : [$"--owner={user}", $"--group={user}"];
        await RunAsync("install", ["-d", "-m", "0700", .. owner, path], null, cancellationToken);
    }

    /// <summary>Runs a tool and waits for its end.</summary>
    /// <exception cref="LocalServerException">The exit code is not 0. The message has the tool's output.</exception>
    public static async Task RunAsync(string fileName, IReadOnlyList<string> arguments, string? user, CancellationToken cancellationToken)
    {
        string[] command = [.. CreatePrefix(user), fileName, .. arguments];
        var info = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = "/",
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(info) ?? throw new LocalServerException($"{fileName} could not be started.");
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new LocalServerException($"`{string.Join(' ', command)}` failed with {process.ExitCode}:\n{await errors}{await output}");
    }
}
