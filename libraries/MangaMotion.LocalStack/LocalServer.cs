using System.Diagnostics;
using MangaMotion.LocalStack.Processes;

namespace MangaMotion.LocalStack;

/// <summary>A private server on loopback, of one or more processes: one of Debian's, or a service of ours. Restarting keeps its data and, unless somebody took it, its port.</summary>
public abstract class LocalServer
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    protected LocalServer(string name, StackFolder folder)
    {
        Name = name;
        Folder = folder;
    }

    /// <summary><c>rabbitmq</c>, <c>postgres</c>, or a name of the caller's.</summary>
    public string Name { get; }

    /// <summary>The process that answers on <see cref="Port"/>; null while it does not run.</summary>
    public int? ProcessId => Processes[^1].Id;

    public bool IsRunning => Processes.All(x => x.Id is not null);

    public string LogFile => Processes[^1].LogFile;

    /// <summary>The port clients connect to on 127.0.0.1; known once the server was started for the first time.</summary>
    public int Port => PortOf(Name);

    /// <summary>Where the data is.</summary>
    public string DataFolder => Path.Combine(Folder.Data, Name);

    /// <summary>The state folder it belongs to.</summary>
    public StackFolder Folder { get; }

    /// <summary>In the order of their start; the last is the one clients talk to.</summary>
    protected abstract IReadOnlyList<LocalProcess> Processes { get; }

    private protected virtual int StopSignal => Signals.Terminate;

    /// <summary>Starts it unless it runs, and waits until it serves.</summary>
    /// <exception cref="LocalServerException">It ended, is not installed, or did not become ready within two minutes.</exception>
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
            catch (LocalServerException) when (attempt < 3 && !IsRunning && PortBook.IsTaken(Port))
            {
                // Somebody took the port between our choice and the server's bind: choose another.
            }
            catch
            {
                await KillAsync(CancellationToken.None);
                throw;
            }
        }
    }

    /// <summary>Stops it in good order; after 30 s by SIGKILL.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        foreach (var process in Processes.Reverse())
            await process.StopAsync(StopSignal, StopTimeout, cancellationToken);
    }

    /// <summary>SIGKILL to all its processes; returns when none is left.</summary>
    public async Task KillAsync(CancellationToken cancellationToken = default)
    {
        foreach (var process in Processes.Reverse())
            await process.KillAsync(cancellationToken);
    }

    /// <summary>SIGSTOP to all its processes; returns when they stand still: connections stay open and nothing answers.</summary>
    public async Task FreezeAsync(CancellationToken cancellationToken = default)
    {
        foreach (var process in Processes)
            await process.FreezeAsync(cancellationToken);
    }

    /// <summary>SIGCONT to all its processes.</summary>
    public void Thaw()
    {
        foreach (var process in Processes)
            process.Thaw();
    }

    /// <summary>Reserves ports, writes configuration, makes the data folder and starts the processes.</summary>
    protected abstract Task LaunchAsync(CancellationToken cancellationToken);

    /// <summary>Throws as long as the server does not serve.</summary>
    protected abstract Task ProbeAsync(CancellationToken cancellationToken);

    /// <summary>The remembered port of this name.</summary>
    protected int PortOf(string name) =>
        Folder.Ports.Find(name) ?? throw new InvalidOperationException($"{Name} was never started in {Folder.Path}: start it first.");

    /// <summary>Polls the probe until it passes, an own process ends, or two minutes are over.</summary>
    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var last = await TryProbeAsync(cancellationToken);
            if (Processes.FirstOrDefault(x => x.Id is null) is { } ended)
                throw new LocalServerException($"{ended.Name} ended while it started. The end of {ended.LogFile}:\n{ended.LogTail()}");
            if (last is null)
                return;
            if (waited.Elapsed > StartTimeout)
                throw new LocalServerException($"{Name} on port {Port} was not ready after {StartTimeout.TotalSeconds} s ({last.Message}). The end of {LogFile}:\n{Processes[^1].LogTail()}", last);
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
            // Not yet; the caller reports the last reason if it never passes.
            return exception;
        }
    }
}
