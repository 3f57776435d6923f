using System.CommandLine;
using MangaMotion.Cli.Demo;
using MangaMotion.Cli.Setup;
using Spectre.Console;

namespace MangaMotion.Cli.Local;

/// <summary><c>demo</c>: installs, starts the stack, and shows images, failures and a video.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var keep = new Option<bool>("--keep") { Description = "Leave the stack running at the end." };
        var command = new Command("demo", "Install, start the stack and show what it does. Stops at the end what it started.") { keep };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(keep), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(bool keep, CancellationToken cancellationToken)
    {
        var clone = Clone.Find();
        var progress = new ProgressLines();
        var settings = DeploymentSettings.LoadOrDefault(clone);
        var keepRunning = keep || Deployment.Find(clone) is { IsRunning: true };
        await Installation.EnsureAsync(clone, settings.PackageGroups, progress, cancellationToken);
        await ServiceBuild.EnsureAsync(clone, progress, cancellationToken);
        await using var deployment = await Deployment.StartAsync(clone, settings, detached: keepRunning, progress, cancellationToken);
        try
        {
            var video = await new DemoRun(deployment, Path.Combine(clone.State, "demo")).RunAsync(cancellationToken);
            if (keepRunning)
                AnsiConsole.MarkupLineInterpolated($"The video in the console: {deployment.CreateLoginLink($"/videos/{video.Id}")}");
        }
        finally
        {
            if (!keepRunning)
                await deployment.StopAsync(CancellationToken.None);
        }

        return 0;
    }
}
