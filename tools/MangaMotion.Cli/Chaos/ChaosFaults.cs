using MangaMotion.Cli.Local;
using MangaMotion.LocalStack;

namespace MangaMotion.Cli.Chaos;

/// <summary>Faults that follow each other.</summary>
internal enum FaultTrack
{
    Servers,
    Services,
    Disk,
}

/// <summary>Carries out the faults of a plan, and starts services again that have ended, as systemd and Kubernetes do.</summary>
internal sealed class ChaosFaults(Deployment deployment, StoreProxy store, ScratchDisk scratch, IProgress<string> progress)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FillInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Servers that a fault keeps away.</summary>
    private readonly HashSet<string> _away = [];

    /// <summary>The database server that accepts writes.</summary>
    public PostgresServer Primary { get; private set; } = deployment.Servers.Postgres;

    /// <summary>Services that ended without a fault of the plan.</summary>
    public int Restarts { get; private set; }

    /// <summary>Runs the plan. All faults are undone when it returns.</summary>
    public async Task RunAsync(IReadOnlyList<Fault> plan, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(plan.GroupBy(FindTrack).Select(async track =>
        {
            foreach (var fault in track)
            {
                // A server can take longer to return than the plan allows.
                var wait = fault.At - TimeProvider.System.GetElapsedTime(started);
                if (wait > TimeSpan.Zero)
                    await Task.Delay(wait, cancellationToken);
                await RunAsync(fault, cancellationToken);
            }
        }));
    }

    /// <summary>Starts ended services again until it is canceled.</summary>
    public async Task SuperviseAsync(CancellationToken cancellationToken)
    {
        var starts = new Dictionary<string, Task>();
        using var timer = new PeriodicTimer(PollInterval);
        while (await NextAsync(timer, cancellationToken))
        {
            foreach (var service in deployment.Services)
            {
                if (service.IsRunning || IsAway(service.Name) || starts.GetValueOrDefault(service.Name) is { IsCompleted: false })
                    continue;
                starts[service.Name] = StartAsync(service, cancellationToken);
            }
        }

        await Task.WhenAll(starts.Values);
    }

    /// <summary>Faults of servers, of services and of the disk each follow each other.</summary>
    private FaultTrack FindTrack(Fault fault) =>
        fault.Kind == FaultKind.FillDisk ? FaultTrack.Disk
        : deployment.Services.Any(service => service.Name == fault.Target) ? FaultTrack.Services
        : FaultTrack.Servers;

    private async Task FillDiskAsync(Fault fault, CancellationToken cancellationToken)
    {
        if (!scratch.CanBeFilled)
        {
            progress.Report($"{fault}: left out, because only root can make a disk for it");
            return;
        }

        progress.Report($"{fault}");
        try
        {
            // Jobs that end free space.
            for (var left = fault.Duration; left > TimeSpan.Zero; left -= FillInterval)
            {
                scratch.Fill();
                await Task.Delay(FillInterval, cancellationToken);
            }
        }
        finally
        {
            scratch.Clear();
        }
    }

    private async Task RunAsync(Fault fault, CancellationToken cancellationToken)
    {
        if (fault.Kind == FaultKind.FillDisk)
        {
            await FillDiskAsync(fault, cancellationToken);
            return;
        }

        var server = deployment.All.First(server => server.Name == fault.Target);
        progress.Report($"{fault}");
        SetAway(server.Name, true);
        try
        {
            await BeginAsync(fault.Kind, server, cancellationToken);
            await Task.Delay(fault.Duration, cancellationToken);
        }
        finally
        {
            await EndAsync(fault.Kind, server);
            SetAway(server.Name, false);
        }
    }

    private Task BeginAsync(FaultKind kind, LocalServer server, CancellationToken cancellationToken) => kind switch
    {
        FaultKind.Kill or FaultKind.FailOver => server.KillAsync(cancellationToken),
        FaultKind.Stop => server.StopAsync(cancellationToken),
        // A service may have ended by itself just now.
        FaultKind.Freeze => server.IsRunning ? server.FreezeAsync(cancellationToken) : Task.CompletedTask,
        FaultKind.Partition => ((RabbitServer)server).PartitionAsync(cancellationToken),
        FaultKind.Return => ReturnAsync((PostgresServer)server, cancellationToken),
        FaultKind.Refuse => Begin(store.Refuse),
        FaultKind.Slow => Begin(store.SlowDown),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private static Task Begin(Action fault)
    {
        fault();
        return Task.CompletedTask;
    }

    /// <summary>Makes the former primary a standby that commits wait for, so that the next failover loses none.</summary>
    private async Task ReturnAsync(PostgresServer former, CancellationToken cancellationToken)
    {
        await former.RejoinAsync(Primary, cancellationToken);
        await Primary.WaitForStandbyAsync(true, cancellationToken);
        progress.Report($"{former.Name} follows {Primary.Name}");
    }

    private async Task EndAsync(FaultKind kind, LocalServer server)
    {
        switch (kind)
        {
            case FaultKind.FailOver:
                Primary = deployment.DatabaseServers.Single(other => other != server);
                await Primary.PromoteAsync();
                // No standby is left to wait for.
                await Primary.WaitForStandbyAsync(false);
                break;
            case FaultKind.Refuse or FaultKind.Slow:
                store.Heal();
                break;
            case FaultKind.Partition:
                await ((RabbitServer)server).HealAsync();
                break;
            case FaultKind.Freeze:
                if (server.IsRunning)
                    server.Thaw();
                // A node can stay apart from the others after a freeze.
                if (server is RabbitServer)
                {
                    await server.StopAsync();
                    await server.StartAsync();
                }

                break;
            case FaultKind.Kill or FaultKind.Stop when server is not ServiceProcess:
                await server.StartAsync();
                break;
            default:
                // The supervision starts services.
                break;
        }
    }

    /// <summary>Starts a service. It is not ready before its servers are, which is not awaited.</summary>
    private async Task StartAsync(ServiceProcess service, CancellationToken cancellationToken)
    {
        try
        {
            await service.StartAsync(cancellationToken);
        }
        catch (LocalServerException exception)
        {
            Restarts++;
            progress.Report($"{service.Name} is started again: {exception.Message.Split('\n')[0]}");
        }
        catch (OperationCanceledException)
        {
            // The end of the run.
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private bool IsAway(string name)
    {
        lock (_away)
            return _away.Contains(name);
    }

    private void SetAway(string name, bool away)
    {
        lock (_away)
        {
            if (away)
                _away.Add(name);
            else
                _away.Remove(name);
        }
    }
}
