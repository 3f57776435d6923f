using System.CommandLine;
using MangaMotion.Cli.Setup;
using Spectre.Console;

namespace MangaMotion.Cli.Local;

/// <summary><c>up</c>: starts the servers and services on 127.0.0.1.</summary>
internal static class UpCommand
{
    private const int MaxWorkers = 64;

    public static Command Create()
    {
        var detach = new Option<bool>("--detach", "-d") { Description = "Return when everything is ready, and leave it running." };
        var store = new Option<string?>("--store") { Description = "Object store: disk or s3. Default: as last time, at first disk." }
            .Only(DeploymentSettings.Disk, DeploymentSettings.S3);
        // Without a default value, so that the last value is kept if the option is not given.
        var cluster = new Option<bool?>("--cluster")
        {
            Description = "Start a cluster: three RabbitMQ nodes, Postgres with a standby, S3, two instances of the API, "
                + "three thumbnail workers and two video workers. Default: as last time, at first no cluster.",
        };
        var synchronous = new Option<bool?>("--synchronous")
        {
            Description = "In a cluster: commits wait for the standby, so that it lacks none when it takes over.",
        };
        var allInOne = new Option<bool?>("--all-in-one")
        {
            Description = "Run all services in one process, which needs less memory. Default: as last time, at first one process each.",
        };
        var workers = ServiceDefinition.All.Where(service => service.Workers).ToDictionary(service => service.Name, CreateWorkersOption);

        var command = new Command(
            "up", "Start RabbitMQ, Postgres and the services on 127.0.0.1. Services whose build or settings changed are restarted.")
        {
            detach, store, cluster, synchronous, allInOne,
        };
        foreach (var option in workers.Values)
            command.Options.Add(option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var clone = Clone.Find();
            var settings = DeploymentSettings.LoadOrDefault(clone);
            var isCluster = parsed.GetValue(cluster) ?? settings.Cluster;
            if (isCluster != settings.Cluster && DeploymentSettings.Load(clone) is not null)
            {
                throw new CommandException(
                    $"The data is that of a stack {(settings.Cluster ? "with" : "without")} --cluster. "
                    + $"Remove it with {CommandLine.Program} down --wipe, or name another folder in MANGAMOTION_STATE.");
            }

            settings = settings with
            {
                Store = parsed.GetValue(store) ?? (isCluster ? DeploymentSettings.S3 : settings.Store),
                Cluster = isCluster,
                Synchronous = parsed.GetValue(synchronous) ?? settings.Synchronous,
                AllInOne = parsed.GetValue(allInOne) ?? settings.AllInOne,
                Workers = settings.Workers.Concat(
                        from pair in workers
                        let count = parsed.GetValue(pair.Value)
                        where count is not null
                        select KeyValuePair.Create(pair.Key, count.Value))
                    .GroupBy(pair => pair.Key).ToDictionary(pairs => pairs.Key, pairs => pairs.Last().Value),
            };
            if (settings.AllInOne && (isCluster || workers.Values.Any(option => parsed.GetValue(option) is not null)))
            {
                throw new CommandException(
                    "--all-in-one is one process: --cluster and a number of workers need a process for each service. "
                    + "Start these with --all-in-one false.");
            }

            return await RunAsync(clone, settings, parsed.GetValue(detach), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(Clone clone, DeploymentSettings settings, bool detach, CancellationToken cancellationToken)
    {
        var running = Deployment.Find(clone) is { IsRunning: true } found ? found : null;
        if (running is not null && running.Store != settings.Store)
        {
            throw new CommandException(
                $"A stack is running with --store {running.Store}. "
                + $"Stop it with {CommandLine.Program} down, then start it with --store {settings.Store}.");
        }

        // A stack that was running before is not stopped at the end: then `up` only starts what is missing.
        var stopAtEnd = !detach && running is null;
        var progress = new ProgressLines();
        await Installation.EnsureAsync(clone, settings.PackageGroups, progress, cancellationToken);
        await ServiceBuild.EnsureAsync(clone, progress, cancellationToken);
        await using var deployment = await Deployment.StartAsync(
            clone, settings, detached: !stopAtEnd, progress, cancellationToken, restartChanged: true);
        Show(deployment);
        if (stopAtEnd)
            await new Watch(deployment).RunAsync(cancellationToken);
        return 0;
    }

    private static void Show(Deployment deployment)
    {
        var table = new Grid().AddColumn().AddColumn();
        table.AddRow("Console", $"{deployment.ConsoleUrl}");
        table.AddRow("Log in", $"{deployment.CreateLoginLink()} [grey](once, within 5 min)[/]");
        table.AddRow("API", string.Join(' ', deployment.Urls));
        table.AddRow("API description", $"{new Uri(deployment.Url, "/openapi/v1.json")}");
        var brokers = string.Join(' ', deployment.Servers.BrokerNodes.Select(node => node.ManagementUri));
        table.AddRow("RabbitMQ", $"{brokers} (guest, guest)");
        table.AddRow("Postgres", Markup.Escape(deployment.ConnectionString));
        table.AddRow("Addresses and key", $"source {Markup.Escape(MakeRelative(deployment.EnvironmentFile))}");
        table.AddRow("Logs", Markup.Escape(MakeRelative(deployment.Servers.Folder.Logs)));
        AnsiConsole.Write(table);
    }

    private static string MakeRelative(string path) => Path.GetRelativePath(Environment.CurrentDirectory, path);

    private static Option<int?> CreateWorkersOption(ServiceDefinition service) => Arguments.CreateNumberOption(
        $"--{service.Name}-workers",
        $"Number of {service.Name} workers, 1 to {MaxWorkers}. Default: as last time, at first 1.",
        min: 1,
        MaxWorkers);
}
