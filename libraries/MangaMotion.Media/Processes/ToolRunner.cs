using System.Buffers;
using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Processes;

/// <summary>
/// Runs command-line tools on untrusted files: in the sandbox and within limits. Kills them with all processes that they started.
/// </summary>
public sealed class ToolRunner(IOptions<MediaOptions> options, Sandbox sandbox)
{
    private const string JobDirectory = "/job";

    private readonly MediaLimits _limits = options.Value.Limits;

    /// <summary>Runs a tool to its end.</summary>
    /// <returns>The result with any exit code. The caller knows what a code other than zero means.</returns>
    /// <exception cref="MediaLimitException">The tool exceeded its processor time, memory or output.</exception>
    /// <exception cref="SandboxFailedException">The tool did not start or was refused a thread. The machine is the cause.</exception>
    /// <exception cref="ToolFailedException">The tool was killed or exceeded its wall time. A retry may help.</exception>
    /// <exception cref="OperationCanceledException">Canceled; all processes of the tool have ended.</exception>
    public Task<ToolResult> RunAsync(ToolRun run, CancellationToken cancellationToken) =>
        MediaTelemetry.RunAsync(run.Tool, activity => RunAsync(run, activity, cancellationToken));

    private async Task<ToolResult> RunAsync(ToolRun run, Activity? activity, CancellationToken cancellationToken)
    {
        var commandLine = $"{run.Tool} {string.Join(' ', run.Arguments)}";
        var wall = TimeSpan.FromSeconds(run.WallSeconds ?? _limits.WallSeconds);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var process = await sandbox.StartAsync(Start(run));
        deadline.CancelAfter(wall);

        var stderr = new StderrTail();
        var drained = stderr.DrainAsync(process.StandardError.BaseStream);
        var stdout = new MemoryStream();
        try
        {
            var written = WriteAsync(process, run, deadline.Token);
            await (run.ReadStdout is { } read
                ? read(process.StandardOutput.BaseStream, deadline.Token)
                : ReadAsync(process.StandardOutput.BaseStream, stdout, run, deadline.Token));
            await written;
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && deadline.IsCancellationRequested)
        {
            var cpu = ProcessTree.Cpu(process.Id);
            throw new ToolFailedException(
                run.Tool,
                $"{commandLine}: not finished in {wall.TotalSeconds} s of wall time, with {cpu.TotalSeconds:F1} s of processor time; "
                + $"stderr: {ToolResult.RemoveMetadata(stderr.ToString())}");
        }
        finally
        {
            // Always needed: a tool that has ended may have left a process running.
            Posix.KillGroup(process);
            await process.WaitForExitAsync(CancellationToken.None);
            await drained;
        }

        RemoveTraps(run.Directory);
        activity?.SetTag("media.exit_code", process.ExitCode);
        var result = new ToolResult(process.ExitCode, stdout.ToArray(), stderr.ToString(), commandLine);
        return FindFailure(run, result) is { } failure ? throw failure : result;
    }

    /// <summary>
    /// Deletes links, pipes and empty files, which no tool should make. Outputs are opened outside the sandbox, where a link could lead to
    /// any file, and opening a pipe blocks. A pipe has no length.
    /// </summary>
    private static void RemoveTraps(string directory)
    {
        foreach (var left in new DirectoryInfo(directory).EnumerateFiles())
        {
            if (left.LinkTarget is not null || left.Length == 0)
                left.Delete();
        }
    }

    private SandboxedStart Start(ToolRun run)
    {
        List<Mount> mounts = [new(run.Directory, JobDirectory, Writable: true)];
        if (run.Input is { } input)
        {
            mounts.Add(new Mount(input, $"{JobDirectory}/input"));
            if (!sandbox.Remounts)
                File.CreateSymbolicLink(Path.Combine(run.Directory, "input"), input);
        }

        mounts.AddRange(run.ReadOnlyPaths.Select(path => new Mount(path, path)));

        return new SandboxedStart
        {
            Program = run.Tool,
            Arguments = run.Arguments,
            Mounts = mounts,
            Environment = run.Environment,
            Caps = new ResourceCaps
            {
                MemoryBytes = run.MemoryBytes ?? _limits.MemoryBytes,
                FileBytes = run.FileBytes ?? _limits.OutputBytes,
                CpuSeconds = run.CpuSeconds ?? _limits.CpuSeconds,
            },
        };
    }

    private static async Task WriteAsync(Process process, ToolRun run, CancellationToken cancellationToken)
    {
        try
        {
            if (run.WriteStdin is { } write)
                await write(process.StandardInput.BaseStream, cancellationToken);
        }
        catch (IOException failure) when (failure.InnerException is SocketException)
        {
            // The tool closed its standard input. Its exit code and its output decide about success.
        }
        finally
        {
            // The stream, not the writer, which would flush into a pipe that may be broken.
            await process.StandardInput.BaseStream.DisposeAsync();
        }
    }

    private static async Task ReadAsync(Stream from, MemoryStream to, ToolRun run, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(32 * 1024);
        try
        {
            int read;
            while ((read = await from.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (to.Length + read > run.StdoutBytes)
                    throw TooMuchOutput(run.StdoutBytes, run, "standard output");
                to.Write(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private MediaException? FindFailure(ToolRun run, ToolResult result)
    {
        int? signal = result.ExitCode > 128 ? result.ExitCode - 128 : null;

        // ffmpeg handles the signal and exits with a code of its own.
        if (signal == Posix.SigXcpu || (result.ExitCode != 0 && result.Stderr.Contains("received signal 24", StringComparison.Ordinal)))
            return LimitExceeded.Cpu(run.CpuSeconds ?? _limits.CpuSeconds, run.Subject, result.Detail);
        if (signal == Posix.SigXfsz)
            return TooMuchOutput(run.FileBytes ?? _limits.OutputBytes, run, result.Detail);
        if (ToolErrors.IsMissingProgram(result.ExitCode, result.Stderr))
        {
            return new SandboxFailedException(run.Tool, $"it is not installed here: install its package; {result.Detail}")
            {
                ProgramMissing = true,
            };
        }

        if (ToolErrors.IsFailedLauncher(result.ExitCode, result.Stderr))
            return new SandboxFailedException(run.Tool, $"the sandbox did not start; {result.Detail}");
        if (result.ExitCode != 0 && ToolErrors.IsNoThread(result.Stderr))
            return new SandboxFailedException(run.Tool, $"it was refused a thread or a process; {result.Detail}");
        if (result.ExitCode != 0 && ToolErrors.IsNoMemory(result.Stderr))
            return LimitExceeded.Memory(run.MemoryBytes ?? _limits.MemoryBytes, run.Subject, result.Detail);
        if (result.ExitCode != 0 && ToolErrors.IsFullDisk(result.Stderr))
            return new ScratchFullException(run.Tool, result.Detail);
        return signal is null ? null : new ToolFailedException(run.Tool, $"ended by signal {signal}; {result.Detail}", signal);
    }

    private static MediaLimitException TooMuchOutput(long bytes, ToolRun run, string detail) =>
        new("output", bytes, null, $"Working on this {run.Subject} makes more than {bytes:N0} bytes, which is the limit.", detail);
}
