using System.Diagnostics;
using System.Text.Json;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Images;

/// <summary>
/// One image child and its slot: the directory <c>in</c>, which it reads, and <c>out</c>, which it writes; it sees nothing
/// else of the scratch space. One job at a time.
/// </summary>
internal sealed class VipsHost : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _slot;
    private readonly SlotPaths _seen;
    private readonly StderrTail _stderr = new();
    private readonly Task _drained;
    private readonly StreamReader _answers;

    private VipsHost(Process process, string slot, SlotPaths seen)
    {
        _process = process;
        _slot = slot;
        _seen = seen;
        _drained = _stderr.DrainAsync(process.StandardError.BaseStream);
        _answers = process.StandardOutput;
    }

    private sealed record SlotPaths(string In, string Out);

    /// <summary>The process that was started; the child proper is it or below it.</summary>
    public int ProcessId => _process.Id;

    public int Jobs { get; private set; }

    public string InDirectory => Path.Combine(_slot, "in");

    public string OutDirectory => Path.Combine(_slot, "out");

    public long ResidentBytes => ProcessTree.ResidentBytes(ProcessId);

    public TimeSpan Cpu => ProcessTree.Cpu(ProcessId);

    /// <param name="library">libvips: a path, or a name for the dynamic linker.</param>
    public static async Task<VipsHost> StartAsync(Sandbox sandbox, MediaOptions options, string slot, string library)
    {
        var seen = sandbox.Remounts ? new SlotPaths("/in", "/out") : new SlotPaths(Path.Combine(slot, "in"), Path.Combine(slot, "out"));
        List<Mount> mounts =
        [
            new(WorkspaceRoot.Create(Path.Combine(slot, "out")), seen.Out, Writable: true),
            new(WorkspaceRoot.Create(Path.Combine(slot, "in")), seen.In),
        ];

        var program = Path.Combine(AppContext.BaseDirectory, "vipshost", "MangaMotion.VipsHost.dll");
        var dotnet = DotNet.Root;
        foreach (var directory in (string?[])[dotnet, Path.GetDirectoryName(program), library.Contains('/') ? Path.GetDirectoryName(Path.GetFullPath(library)) : null])
        {
            if (directory is not null)
                mounts.Add(new Mount(directory, directory));
        }

        var process = await sandbox.StartAsync(new SandboxedStart
        {
            Program = Path.Combine(dotnet, "dotnet"),
            Arguments = [program, library],
            Mounts = mounts,
            Caps = new ResourceCaps { MemoryBytes = options.Limits.MemoryBytes, FileBytes = options.Limits.OutputBytes },
            Environment = DotNet.LeanEnvironment,
        });
        return new VipsHost(process, slot, seen);
    }

    /// <summary>Sends a job and reads its answer; null when the child ended or talked nonsense instead.</summary>
    public async Task<HostAnswer?> AskAsync(Func<string, string, HostRequest> request, CancellationToken cancellationToken)
    {
        Jobs++;
        try
        {
            var line = JsonSerializer.SerializeToUtf8Bytes(request(_seen.In, _seen.Out), HostProtocol.Default.HostRequest);
            var requests = _process.StandardInput.BaseStream;
            await requests.WriteAsync((byte[])[.. line, (byte)'\n'], cancellationToken);
            await requests.FlushAsync(cancellationToken);
            return await _answers.ReadLineAsync(cancellationToken) is { } answer ? JsonSerializer.Deserialize(answer, HostProtocol.Default.HostAnswer) : null;
        }
        catch (Exception failure) when (failure is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Kills the child and all below it, waits until they are gone, and tells how it ended.</summary>
    public async Task<(int? Signal, string Detail)> KillAsync()
    {
        Posix.KillGroup(ProcessId);
        await _process.WaitForExitAsync();
        await _drained;
        int? signal = _process.ExitCode > 128 ? _process.ExitCode - 128 : null;
        return (signal, $"exit {_process.ExitCode}; stderr: {_stderr}");
    }

    /// <summary>Waits for an end that has begun by itself (its stdout is closed), and tells how it ended.</summary>
    public async Task<(int? Signal, string Detail)> EndAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            // It has stopped answering without ending: it is killed below.
        }

        return await KillAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
        Directory.Delete(_slot, recursive: true);
    }
}
