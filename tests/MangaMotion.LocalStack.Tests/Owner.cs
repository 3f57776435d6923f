using System.Diagnostics;

namespace MangaMotion.LocalStack.Tests;

/// <summary>Process that owns a stack.</summary>
internal sealed class Owner : IAsyncDisposable
{
    private readonly Process _process;

    private Owner(Process process) => _process = process;

    /// <summary>Starts the process and waits until its servers are ready, or until it has ended if they are detached.</summary>
    /// <param name="launcher">Command that runs the process as another user.</param>
    public static async Task<Owner> StartAsync(string victim, string folder, string[] options, params string[] launcher)
    {
        string[] command = [.. launcher, "dotnet", victim, folder, .. options];
        var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        if (await process.StandardOutput.ReadLineAsync() != "ready")
            throw new InvalidOperationException($"The owner failed: {await errors}");
        return new Owner(process);
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
