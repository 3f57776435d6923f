using System.Collections.Concurrent;
using System.Diagnostics;

namespace MangaMotion.Cli;

/// <summary>External programs that run to their end.</summary>
internal static class Tool
{
    /// <summary>Runs a program on the terminal of this process.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        string fileName, IEnumerable<string> arguments, string workingDirectory, CancellationToken cancellationToken)
    {
        using var process = Process.Start(CreateStartInfo(fileName, arguments, workingDirectory))!;
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    /// <summary>Runs a program and captures its output.</summary>
    /// <param name="environment">Variables added to the environment of this process.</param>
    /// <param name="timeout">Time after which the program and its children are killed; null: never.</param>
    /// <returns>The exit code (-1 after the timeout), and standard output and standard error together.</returns>
    public static async Task<(int ExitCode, string Output)> CaptureAsync(
        string fileName,
        IEnumerable<string> arguments,
        string workingDirectory,
        CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? environment = null,
        TimeSpan? timeout = null)
    {
        var info = CreateStartInfo(fileName, arguments, workingDirectory);
        info.RedirectStandardInput = true;
        info.RedirectStandardOutput = true;
        info.RedirectStandardError = true;
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
            info.Environment[key] = value;
        var lines = new ConcurrentQueue<string>();
        using var process = new Process { StartInfo = info };
        process.OutputDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
        var exited = new TaskCompletionSource();
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => exited.TrySetResult();
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout ?? Timeout.InfiniteTimeSpan);
        try
        {
            await exited.Task.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            lines.Enqueue($"{fileName} was killed after {timeout!.Value.TotalMinutes:0} minutes.");
            return (-1, string.Join('\n', lines));
        }

        // Waits for the end of the output, which a process that it left behind may hold open.
        await Task.WhenAny(process.WaitForExitAsync(cancellationToken), Task.Delay(TimeSpan.FromSeconds(5), cancellationToken));
        return (process.ExitCode, string.Join('\n', lines));
    }

    /// <summary>Checks whether a program of this name is on the path.</summary>
    public static bool Exists(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, name)));

    private static ProcessStartInfo CreateStartInfo(string fileName, IEnumerable<string> arguments, string workingDirectory) =>
        new(fileName, arguments) { WorkingDirectory = workingDirectory, UseShellExecute = false };
}
