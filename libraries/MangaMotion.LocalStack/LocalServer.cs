using System.Diagnostics;
using MangaMotion.LocalStack.Processes;

namespace MangaMotion.LocalStack;

/// <summary>
/// Private server on loopback with one or more processes: a Debian package or a MangaMotion service. A restart keeps the data. It also
/// keeps the port, unless another process has taken it.
/// </summary>
public abstract class LocalServer
{
    private const int MaxAttempts = 3;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    protected LocalServer(string name, StackFolder folder)
    {
        Name = name;
        Folder = folder;
    }

    /// <summary>Name of the server: <c>rabbitmq</c>, <c>postgres</c>, <c>s3</c>, or the caller's choice.</summary>
    public string Name { get; }

    /// <summary>Id of the process that listens on <see cref="Port"/>; null if it does not run.</summary>
    public int? ProcessId => Processes[^1].Id;

    /// <summary>Whether all processes of the server run.</summary>
    public bool IsRunning => Processes.All(x => x.Id is not null);

    /// <summary>Lists the ids of all running processes of the server and of their descendants.</summary>
    public IReadOnlyList<int> FindProcesses() => [.. Processes.Select(x => x.Id).OfType<int>().SelectMany(ProcessTable.FindTree)];

    /// <summary>Log of the process that listens on <see cref="Port"/>.</summary>
    public string LogFile => Processes[^1].LogFile;

    /// <summary>Port for clients on 127.0.0.1. It is known after the first start.</summary>
    public int Port => GetPort(Name);

    /// <summary>Folder with the server's data.</summary>
    public string DataFolder => Path.Combine(Folder.Data, Name);

    /// <summary>State folder of the server.</summary>
    public StackFolder Folder { get; }

    /// <summary>Processes in the order of their start. Clients connect to the last one.</summary>
    protected abstract IReadOnlyList<LocalProcess> Processes { get; }

    private protected virtual int StopSignal => Signals.Terminate;

    /// <summary>Starts the server if it does not run, and waits until it is ready.</summary>
    /// <exception cref="LocalServerException">The server is not installed, ended, or was not ready within two minutes.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (IsRunning)
        {
            await WaitUntilReadyAsync(cancellationToken);
            return;
        }

        for (var attempt = 1; ; attempt++)
        {
            await KillAsync(cancellationToken);
            try
            {
                await LaunchAsync(cancellationToken);
                await WaitUntilReadyAsync(cancellationToken);
                return;
            }
            catch (LocalServerException) when (attempt < MaxAttempts && !IsRunning && PortBook.IsTaken(Port))
            {
                // Another process took the port between its choice and the server's bind. The next attempt uses another port.
            }
            catch
            {
                await KillAsync(CancellationToken.None);
                throw;
            }
        }
    }

    /// <summary>Stops the server gracefully, or by SIGKILL after 30 s.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        foreach (var process in Processes.Reverse())
            await process.StopAsync(StopSignal, StopTimeout, cancellationToken);
    }

    /// <summary>Kills all processes of the server with SIGKILL and waits until they have ended.</summary>
    public async Task KillAsync(CancellationToken cancellationToken = default)
    {
        foreach (var process in Processes.Reverse())
            await process.KillAsync(cancellationToken);
    }

    /// <summary>Stops all processes of the server with SIGSTOP. Connections stay open, and no request is answered.</summary>
    public async Task FreezeAsync(CancellationToken cancellationToken = default)
    {
        foreach (var process in Processes)
            await process.FreezeAsync(cancellationToken);
    }

    /// <summary>Continues all processes of the server with SIGCONT.</summary>
    public void Thaw()
    {
        foreach (var process in Processes)
            process.Thaw();
    }

    /// <summary>Reserves ports, writes the configuration, creates the data folder and starts the processes.</summary>
    protected abstract Task LaunchAsync(CancellationToken cancellationToken);

    /// <summary>Throws if the server is not ready.</summary>
    protected abstract Task ProbeAsync(CancellationToken cancellationToken);

    /// <summary>Gets the remembered port of a name.</summary>
    protected int GetPort(string name) =>
        Folder.Ports.Find(name) ?? throw new InvalidOperationException($"{Name} was never started in {Folder.Path}: start it first.");

    /// <summary>Probes the server until it is ready, one of its processes ends, or two minutes have passed.</summary>
    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var last = await TryProbeAsync(cancellationToken);
            if (Processes.FirstOrDefault(x => x.Id is null) is { } ended)
                throw new LocalServerException(
                    $"{ended.Name} ended during its start. Last lines of {ended.LogFile}:\n{ended.ReadLogTail()}");
            if (last is null)
                return;
            if (waited.Elapsed > StartTimeout)
            {
                var log = $"Last lines of {LogFile}:\n{Processes[^1].ReadLogTail()}";
                throw new LocalServerException(
                    $"{Name} on port {Port} was not ready after {StartTimeout.TotalSeconds} s ({last.Message}). {log}", last);
            }

            await Task.Delay(ProbeInterval, cancellationToken);
        }
    }

    private async Task<Exception?> TryProbeAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ProbeTimeout);
        try
        {
            await ProbeAsync(limit.Token);
            return null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The caller reports the last exception if the server never becomes ready.
            return exception;
        }
    }
}
