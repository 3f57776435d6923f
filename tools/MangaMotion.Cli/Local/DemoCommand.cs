using System.CommandLine;
using MangaMotion.Cli.Demo;
using MangaMotion.Cli.Setup;

namespace MangaMotion.Cli.Local;

/// <summary><c>demo</c>: from a fresh clone to the first results.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var keep = new Option<bool>("--keep") { Description = "Leave the stack running afterwards." };
        var command = new Command("demo", "Set up, start the stack and show what it does; what was started is stopped at the end.") { keep };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(keep), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(bool keep, CancellationToken cancellationToken)
    {
        var clone = Clone.Find();
        var progress = new ProgressLines();
        var settings = DeploymentSettings.LoadOrDefault(clone);
        var borrowed = Deployment.Find(clone) is { IsRunning: true };
        await Installation.EnsureAsync(clone, settings.PackageGroups, progress, cancellationToken);
        await ServiceBuild.EnsureAsync(clone, progress, cancellationToken);
        await using var deployment = await Deployment.StartAsync(clone, settings, detached: keep || borrowed, progress, cancellationToken);
        try
        {
            await new DemoRun(deployment, Path.Combine(clone.State, "demo")).RunAsync(cancellationToken);
        }
        finally
        {
            if (!keep && !borrowed)
                await deployment.StopAsync(CancellationToken.None);
        }

        return 0;
    }
}
