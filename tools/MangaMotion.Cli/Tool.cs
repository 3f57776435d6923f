using System.Collections.Concurrent;
using System.Diagnostics;

namespace MangaMotion.Cli;

/// <summary>Runs other programs to their end.</summary>
internal static class Tool
{
    /// <summary>Runs it with our own terminal.</summary>
    /// <returns>Its exit code.</returns>
    public static async Task<int> RunAsync(string fileName, IEnumerable<string> arguments, string workingDirectory, CancellationToken cancellationToken)
    {
        using var process = Process.Start(Describe(fileName, arguments, workingDirectory))!;
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    /// <summary>Runs it quietly.</summary>
    /// <param name="environment">Variables to set besides our own.</param>
    /// <param name="deadline">When to kill it with all its children; null for never.</param>
    /// <returns>Its exit code and what it printed.</returns>
    public static async Task<(int ExitCode, string Output)> CaptureAsync(
        string fileName,
        IEnumerable<string> arguments,
        string workingDirectory,
        CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? environment = null,
        TimeSpan? deadline = null)
    {
        var info = Describe(fileName, arguments, workingDirectory);
        (info.RedirectStandardInput, info.RedirectStandardOutput, info.RedirectStandardError) = (true, true, true);
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
            info.Environment[key] = value;
        var printed = new ConcurrentQueue<string>();
        using var process = new Process { StartInfo = info };
        process.OutputDataReceived += (_, line) => printed.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => printed.Enqueue(line.Data ?? "");
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(deadline ?? Timeout.InfiniteTimeSpan);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            printed.Enqueue($"{fileName} was killed: it had not ended after {deadline!.Value.TotalMinutes:0} minutes.");
            return (-1, string.Join('\n', printed));
        }

        return (process.ExitCode, string.Join('\n', printed));
    }

    /// <summary>Whether a program of this name is on the path.</summary>
    public static bool Exists(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, name)));

    private static ProcessStartInfo Describe(string fileName, IEnumerable<string> arguments, string workingDirectory) =>
        new(fileName, arguments) { WorkingDirectory = workingDirectory, UseShellExecute = false };
}
