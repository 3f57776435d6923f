using System.Diagnostics;

namespace MangaMotion.Containers;

/// <summary>Runs a program to its end.</summary>
internal static class CommandRun
{
    /// <summary>Longest run of one program: a build of all images on a busy machine.</summary>
    private static readonly TimeSpan RunTimeout = TimeSpan.FromMinutes(60);

    /// <returns>Exit code and both outputs together.</returns>
    public static async Task<(int ExitCode, string Output)> TryAsync(
        string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(RunTimeout);
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var errors = process.StandardError.ReadToEndAsync(timeout.Token);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException timedOut)
        {
            process.Kill(entireProcessTree: true);
            var command = $"{program} {string.Join(' ', arguments)}";
            throw new TimeoutException($"{command} ran for more than {RunTimeout.TotalMinutes:0} minutes.", timedOut);
        }
    }
}
