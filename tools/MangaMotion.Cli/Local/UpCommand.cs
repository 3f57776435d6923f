using System.CommandLine;
using MangaMotion.Cli.Setup;
using Spectre.Console;

namespace MangaMotion.Cli.Local;

/// <summary><c>up</c>: the servers and services on 127.0.0.1.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var detach = new Option<bool>("--detach", "-d") { Description = "Return when all is ready, and leave it running." };
        var store = new Option<string?>("--store") { Description = "Where objects are kept: disk or s3. As last time, at first disk." };
        store.AcceptOnlyFromAmong(DeploymentSettings.Disk, DeploymentSettings.S3);
        var workers = ServiceDefinition.All.Where(x => x.Workers).ToDictionary(x => x.Name, WorkersOption);

        var command = new Command("up", "Start RabbitMQ, Postgres and the services on 127.0.0.1.") { detach, store };
        foreach (var option in workers.Values)
            command.Options.Add(option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var clone = Clone.Find();
            var settings = DeploymentSettings.LoadOrDefault(clone);
            settings = settings with
            {
                Store = parsed.GetValue(store) ?? settings.Store,
                Workers = workers.ToDictionary(x => x.Key, x => parsed.GetValue(x.Value) ?? settings.Workers.GetValueOrDefault(x.Key, 1)),
            };
            return await RunAsync(clone, settings, parsed.GetValue(detach), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(Clone clone, DeploymentSettings settings, bool detach, CancellationToken cancellationToken)
    {
        var running = Deployment.Find(clone) is { IsRunning: true } found ? found : null;
        if (running is not null && running.Store != settings.Store)
            throw new CommandException($"It is running with --store {running.Store}: stop it with ./mangamotion down before you start it with {settings.Store}.");

        // What runs already is not ours to end; then `up` only adds what is missing.
        var owned = !detach && running is null;
        var progress = new ProgressLines();
        await Installation.EnsureAsync(clone, settings.PackageGroups, progress, cancellationToken);
        await ServiceBuild.EnsureAsync(clone, progress, cancellationToken);
        await using var deployment = await Deployment.StartAsync(clone, settings, detached: !owned, progress, cancellationToken);
        Describe(deployment);
        if (owned)
            await new Watch(deployment).RunAsync(cancellationToken);
        return 0;
    }

    private static void Describe(Deployment deployment)
    {
        var table = new Grid().AddColumn().AddColumn();
        table.AddRow("API", $"{deployment.Url}");
        table.AddRow("API description", $"{new Uri(deployment.Url, "/openapi/v1.json")}");
        table.AddRow("RabbitMQ", $"{deployment.Servers.Rabbit.ManagementUri} (guest, guest)");
        table.AddRow("Postgres", Markup.Escape(deployment.ConnectionString));
        table.AddRow("Addresses and key", $"source {Markup.Escape(Path.GetRelativePath(Environment.CurrentDirectory, deployment.EnvironmentFile))}");
        table.AddRow("Logs", Markup.Escape(Path.GetRelativePath(Environment.CurrentDirectory, deployment.Servers.Folder.Logs)));
        AnsiConsole.Write(table);
    }

    private static Option<int?> WorkersOption(ServiceDefinition service)
    {
        var option = new Option<int?>($"--{service.Name}-workers") { Description = $"Number of {service.Name} workers, 1 to 64. As last time, at first 1." };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 64)
                result.AddError($"{option.Name} takes a number from 1 to 64.");
        });
        return option;
    }
}
