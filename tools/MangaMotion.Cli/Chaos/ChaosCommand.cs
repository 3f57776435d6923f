using System.CommandLine;
using MangaMotion.Cli.Local;
using MangaMotion.Cli.Setup;
using MangaMotion.Client;
using MangaMotion.LocalStack;
using Npgsql;
using Spectre.Console;

namespace MangaMotion.Cli.Chaos;

/// <summary><c>chaos</c>: breaks a cluster under load, and checks that nothing was lost.</summary>
internal static class ChaosCommand
{
    private const int MaxMinutes = 24 * 60;

    /// <summary>Longest time for which files and processes of ended jobs may stay: a killed worker must start again first.</summary>
    private static readonly TimeSpan LeftoverTimeout = TimeSpan.FromSeconds(30);

    public static Command Create()
    {
        var minutes = Arguments.CreateNumberOption("--minutes", $"Length of the load, 1 to {MaxMinutes}. Default: 1.", min: 1, MaxMinutes);
        var seed = Arguments.CreateNumberOption("--seed", "Number that chooses the faults. Default: a random one.", min: 0, int.MaxValue);
        var keep = new Option<bool>("--keep") { Description = "Keep the folder with data and logs, also if nothing was lost." };
        var command = new Command(
            "chaos",
            "Start a cluster in a folder of its own, submit files while processes are killed, frozen and cut off, the store "
            + "fails and the scratch disk is full, and check that "
            + "everything accepted was done once. Exits with 1 if not.")
        {
            minutes, seed, keep,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            TimeSpan.FromMinutes(parsed.GetValue(minutes) ?? 1), parsed.GetValue(seed) ?? Random.Shared.Next(100_000),
            parsed.GetValue(keep), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(TimeSpan length, int seed, bool keep, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("mangamotion-chaos-").FullName;
        var clone = Clone.Find().WithStack(folder);
        var settings = DeploymentSettings.LoadOrDefault(clone) with
        {
            Store = DeploymentSettings.S3,
            Cluster = true,
            // An asynchronous standby may lack what was accepted last.
            Synchronous = true,
        };
        var progress = new ProgressLines();
        await Installation.EnsureAsync(clone, settings.PackageGroups, progress, cancellationToken);
        await ServiceBuild.EnsureAsync(clone, progress, cancellationToken);
        var scratch = new ScratchDisk(Path.Combine(folder, "scratch"));
        await scratch.CreateAsync(cancellationToken);
        var ports = new StackFolder(folder).Ports;
        // No server listens on port 0.
        await using var store = new StoreProxy(() => ports.Find("s3") ?? 0);
        var overrides = new Dictionary<string, string>
        {
            ["S3_ENDPOINT"] = store.Endpoint,
            ["Media__ScratchDirectory"] = scratch.Folder,
        };
        IReadOnlyList<string> violations;
        try
        {
            await using var deployment = await Deployment.StartAsync(
                clone, settings, detached: false, progress, cancellationToken, overrides);
            try
            {
                violations = await RunAsync(deployment, store, scratch, length, seed, progress, cancellationToken);
            }
            finally
            {
                await deployment.StopAsync(CancellationToken.None);
            }
        }
        finally
        {
            await scratch.RemoveAsync();
        }

        foreach (var violation in violations)
            AnsiConsole.MarkupLineInterpolated($"[red]{violation}[/]");
        var repeat = $"{CommandLine.Program} chaos --minutes {length.TotalMinutes:0} --seed {seed}";
        AnsiConsole.MarkupLineInterpolated($"seed {seed}: {violations.Count} violations. Repeat it with {repeat}");
        if (keep || violations.Count > 0)
            AnsiConsole.MarkupLineInterpolated($"Data and logs: {folder}");
        else
        {
            await Deployment.Find(clone)!.WipeAsync(CancellationToken.None);
            Directory.Delete(folder, recursive: true);
        }

        return violations.Count == 0 ? 0 : CommandLine.Failed;
    }

    private static async Task<IReadOnlyList<string>> RunAsync(
        Deployment deployment, StoreProxy store, ScratchDisk scratch, TimeSpan length, int seed, ProgressLines progress,
        CancellationToken cancellationToken)
    {
        var servers = deployment.Servers;
        var plan = ChaosPlan.Create(
            seed,
            length,
            [.. deployment.Services.Where(service => service.Definition.Name != ServiceDefinition.Console).Select(service => service.Name)],
            [.. servers.BrokerNodes.Select(node => node.Name)],
            servers.Postgres.Name,
            servers.Standby.Name,
            servers.S3.Name);
        var client = MangaMotionClient.CreateWithFailover(deployment.Urls, deployment.ApiKey);
        var load = new ChaosLoad(client, seed);
        await load.PrepareAsync(Path.Combine(deployment.Servers.Folder.Path, "samples"), cancellationToken);
        progress.Report($"seed {seed}: {plan.Count} faults in {length.TotalMinutes:0.#} min");

        var faults = new ChaosFaults(deployment, store, scratch, progress);
        using var supervised = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var supervision = faults.SuperviseAsync(supervised.Token);
        try
        {
            using var loaded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            loaded.CancelAfter(length);
            await Task.WhenAll(faults.RunAsync(plan, cancellationToken), load.RunAsync(loaded.Token));
            progress.Report(
                $"{load.Accepted.Count} submissions accepted, {load.Repeated} requests repeated; waiting for the rest of the work");
            progress.Report($"the store refused {store.Refused} requests and passed {store.SlowBytes:N0} bytes slowly");
            return
            [
                .. load.Rejected,
                .. await CheckAsync(deployment, client, faults, load.Accepted, progress, cancellationToken),
                .. await CheckLeftoversAsync(new Leftovers(deployment, scratch.Folder), progress, cancellationToken),
            ];
        }
        finally
        {
            // Otherwise it would start the services that are stopped next.
            await supervised.CancelAsync();
            await supervision;
        }
    }

    /// <summary>Waits until no file and process of an ended job is left, for at most <see cref="LeftoverTimeout"/>.</summary>
    private static async Task<IReadOnlyList<string>> CheckLeftoversAsync(
        Leftovers leftovers, ProgressLines progress, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var found = leftovers.Find();
            var waited = TimeProvider.System.GetElapsedTime(started);
            if (found.Count == 0 || waited > LeftoverTimeout)
            {
                progress.Report($"{found.Count} leftovers of ended jobs after {waited.TotalSeconds:0.0} s");
                return found;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<string>> CheckAsync(
        Deployment deployment, MangaMotionClient client, ChaosFaults faults, IReadOnlyCollection<Accepted> accepted, ProgressLines progress,
        CancellationToken cancellationToken)
    {
        var primary = new NpgsqlConnectionStringBuilder(deployment.ConnectionString) { Host = "127.0.0.1", Port = faults.Primary.Port };
        await using var database = NpgsqlDataSource.Create(primary.ConnectionString);
        var check = new ChaosCheck(client, database, deployment.Servers.Rabbit);
        var finished = await check.WaitUntilFinishedAsync(cancellationToken);
        var violations = await check.FindViolationsAsync(accepted, cancellationToken);
        progress.Report(
            $"longest pause between two finished jobs {await check.FindLongestPauseAsync(cancellationToken):0.0} s, "
            + $"{faults.Restarts} failed starts of services");
        return finished ? violations : ["not all jobs were finished in time", .. violations];
    }
}
