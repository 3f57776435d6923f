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
    /// <returns>Its exit code and what it printed, errors last.</returns>
    public static async Task<(int ExitCode, string Output)> CaptureAsync(
        string fileName,
        IEnumerable<string> arguments,
        string workingDirectory,
        CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var info = Describe(fileName, arguments, workingDirectory);
        (info.RedirectStandardInput, info.RedirectStandardOutput, info.RedirectStandardError) = (true, true, true);
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
            info.Environment[key] = value;
        using var process = Process.Start(info)!;
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            var printed = await output + await errors;
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, printed);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Whether a program of this name is on the path.</summary>
    public static bool Exists(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, name)));

    private static ProcessStartInfo Describe(string fileName, IEnumerable<string> arguments, string workingDirectory) =>
        new(fileName, arguments) { WorkingDirectory = workingDirectory, UseShellExecute = false };
}
