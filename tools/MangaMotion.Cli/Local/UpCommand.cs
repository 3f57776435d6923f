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
        var workers = ServiceDefinition.All.Where(service => service.Workers).ToDictionary(service => service.Name, CreateWorkersOption);

        var command = new Command(
            "up", "Start RabbitMQ, Postgres and the services on 127.0.0.1. Services whose settings changed are restarted.")
        {
            detach, store,
        };
        foreach (var option in workers.Values)
            command.Options.Add(option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var clone = Clone.Find();
            var settings = DeploymentSettings.LoadOrDefault(clone);
            settings = settings with
            {
                Store = parsed.GetValue(store) ?? settings.Store,
                Workers = workers.ToDictionary(
                    pair => pair.Key,
                    pair => parsed.GetValue(pair.Value) ?? settings.Workers.GetValueOrDefault(pair.Key, 1)),
            };
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
                + $"Stop it with ./mangamotion down, then start it with --store {settings.Store}.");
        }

        // A stack that was running before is not stopped at the end: then `up` only starts what is missing.
        var stopAtEnd = !detach && running is null;
        var progress = new ProgressLines();
        await Installation.EnsureAsync(clone, settings.PackageGroups, progress, cancellationToken);
        await ServiceBuild.EnsureAsync(clone, progress, cancellationToken);
        if (running is not null)
            await running.StopChangedAsync(progress, cancellationToken);
        await using var deployment = await Deployment.StartAsync(clone, settings, detached: !stopAtEnd, progress, cancellationToken);
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
        table.AddRow("API", $"{deployment.Url}");
        table.AddRow("API description", $"{new Uri(deployment.Url, "/openapi/v1.json")}");
        table.AddRow("RabbitMQ", $"{deployment.Servers.Rabbit.ManagementUri} (guest, guest)");
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
