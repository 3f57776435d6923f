using System.Diagnostics;

namespace MangaMotion.Clients;

/// <summary>Runs the programs of generators to their end.</summary>
internal static class ToolProcess
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    /// <returns>Standard output and standard error.</returns>
    public static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        using var process = Start(folder, program, arguments);
        using var timeout = new CancellationTokenSource(Timeout);
        var errors = process.StandardError.ReadToEndAsync(timeout.Token);
        var output = await process.StandardOutput.ReadToEndAsync(timeout.Token) + await errors;
        await process.WaitForExitAsync(timeout.Token);
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}: {output}");
        return output;
    }

    /// <summary>Starts a program whose output the caller reads.</summary>
    public static Process Start(string folder, string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            // Kiota warns where it cannot look for a newer version of itself.
            Environment = { ["KIOTA_TELEMETRY_OPTOUT"] = "1", ["KIOTA_OFFLINE_ENABLED"] = "true" },
        })!;
}
