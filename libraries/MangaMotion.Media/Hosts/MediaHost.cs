using System.Diagnostics;
using System.Text.Json;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Hosts;

/// <summary>
/// One host process and its slot: the directory <c>in</c>, which it reads, and <c>out</c>, which it writes. It sees no other part of
/// the scratch directory and runs one job at a time.
/// </summary>
internal sealed class MediaHost : IAsyncDisposable
{
    /// <summary>Folder of the media host's program, beside the program that starts it.</summary>
    public static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "mediahost");

    private readonly Process _process;
    private readonly string _slot;
    private readonly StderrTail _stderr = new();
    private readonly Task _drained;
    private readonly Stream _answers;
    private readonly byte[] _answer = new byte[64 * 1024];
    private int _working;

    private MediaHost(Process process, string slot)
    {
        _process = process;
        _slot = slot;
        _drained = _stderr.DrainAsync(process.StandardError.BaseStream);
        _answers = process.StandardOutput.BaseStream;
    }

    /// <summary>Id of the process that was started; the host itself is this process or a descendant.</summary>
    public int ProcessId => _process.Id;

    public int Jobs { get; private set; }

    public string InDirectory => Path.Combine(_slot, "in");

    public string OutDirectory => Path.Combine(_slot, "out");

    public long ResidentBytes => ProcessTree.ResidentBytes(_working);

    public TimeSpan Cpu => ProcessTree.Cpu(_working);

    /// <summary>End of the messages on stderr since the last job began.</summary>
    public string Stderr => _stderr.ToString();

    /// <summary>Starts a host process and waits until it has loaded libvips.</summary>
    /// <param name="library">Path of libvips, or its name for the dynamic linker.</param>
    /// <param name="forArchives">Whether it gets the large heap of <see cref="HostRuntime.CreateArchiveEnvironment"/>.</param>
    /// <exception cref="ToolFailedException">The host process was killed before it was ready.</exception>
    /// <exception cref="SandboxFailedException">The host process did not start. The machine is the cause.</exception>
    public static async Task<MediaHost> StartAsync(
        Sandbox sandbox, MediaOptions options, string slot, string library, bool forArchives, CancellationToken cancellationToken)
    {
        var (seenIn, seenOut) = sandbox.Remounts ? ("/in", "/out") : (Path.Combine(slot, "in"), Path.Combine(slot, "out"));
        List<Mount> mounts =
        [
            new(WorkspaceRoot.Create(Path.Combine(slot, "out")), seenOut, Writable: true),
            new(WorkspaceRoot.Create(Path.Combine(slot, "in")), seenIn),
        ];

        var program = Path.Combine(Folder, "MangaMotion.MediaHost.dll");
        var dotnet = HostRuntime.Root;
        string?[] directories =
        [
            dotnet,
            Folder,
            library.Contains('/') ? Path.GetDirectoryName(Path.GetFullPath(library)) : null,
            options.Av.Libraries,
            options.Lettering.Models,
        ];
        foreach (var directory in directories)
        {
            if (Directory.Exists(directory))
                mounts.Add(new Mount(directory, directory));
        }

        var process = await sandbox.StartAsync(new SandboxedStart
        {
            Program = Path.Combine(dotnet, "dotnet"),
            Arguments = [program, seenIn, seenOut, library, options.Av.Libraries, options.Lettering.Models],
            Mounts = mounts,
            Caps = new ResourceCaps { MemoryBytes = options.Limits.MemoryBytes, FileBytes = options.Limits.OutputBytes },
            Environment = forArchives ? HostRuntime.CreateArchiveEnvironment(options.Limits.MemoryBytes) : HostRuntime.LeanEnvironment,
        });
        var host = new MediaHost(process, slot);
        try
        {
            await host.ReadyAsync(TimeSpan.FromSeconds(options.Limits.WallSeconds), cancellationToken);
            host._working = ProcessTree.Tree(host.ProcessId).Last();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a job and reads its answer; null if the host process ended or its answer is invalid.</summary>
    public async Task<HostAnswer?> SendAsync(HostJob job, CancellationToken cancellationToken)
    {
        Jobs++;
        _stderr.Clear();
        try
        {
            var line = JsonSerializer.SerializeToUtf8Bytes(job, HostProtocol.Default.HostJob);
            var requests = _process.StandardInput.BaseStream;
            await requests.WriteAsync((byte[])[.. line, (byte)'\n'], cancellationToken);
            await requests.FlushAsync(cancellationToken);
            return await ReadLineAsync(cancellationToken) is { } answer
                ? JsonSerializer.Deserialize(answer.Span, HostProtocol.Default.HostAnswer)
                : null;
        }
        catch (Exception failure) when (failure is IOException or JsonException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Kills the host process and its descendants and waits until they have ended.</summary>
    /// <returns>Signal that ended the process, and its messages.</returns>
    public async Task<(int? Signal, string Detail)> KillAsync()
    {
        Posix.KillGroup(_process);
        await _process.WaitForExitAsync();
        await _drained;
        int? signal = _process.ExitCode > 128 ? _process.ExitCode - 128 : null;
        return (signal, $"exit {_process.ExitCode}; stderr: {Stderr}");
    }

    /// <summary>Waits until a host process whose stdout is closed has ended. Kills it after two seconds.</summary>
    /// <returns>Signal that ended the process, null if it was killed here, and its messages.</returns>
    public async Task<(int? Signal, string Detail)> EndAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            return await KillAsync();
        }
        catch (OperationCanceledException)
        {
            return (null, (await KillAsync()).Detail);
        }
    }

    /// <summary>Waits for the empty line that the host process writes when it is ready.</summary>
    private async Task ReadyAsync(TimeSpan startTimeout, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(startTimeout);
        try
        {
            if (await ReadLineAsync(deadline.Token) is not null)
                return;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The process stalls. Its messages so far are in the exception below.
        }

        var (signal, detail) = await EndAsync();
        var failure = $"the host process did not start; if it was refused memory, raise Media:Limits:MemoryBytes; {detail}";
        throw signal == Posix.SigKill
            ? new ToolFailedException("mediahost", failure, signal)
            : new SandboxFailedException("mediahost", failure);
    }

    /// <summary>
    /// Reads one line. Null if the host process exited or sent more than 64 KiB: a hostile process must not exhaust the worker's memory.
    /// </summary>
    private async Task<ReadOnlyMemory<byte>?> ReadLineAsync(CancellationToken cancellationToken)
    {
        int read;
        for (var length = 0; (read = await _answers.ReadAsync(_answer.AsMemory(length), cancellationToken)) > 0;)
        {
            length += read;
            if (_answer[length - 1] == (byte)'\n')
                return _answer.AsMemory(0, length - 1);
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
        if (Directory.Exists(_slot))
            Directory.Delete(_slot, recursive: true);
    }
}
