using System.CommandLine;
using MangaMotion.LocalStack;
using Spectre.Console;

namespace MangaMotion.Cli.Local;

/// <summary><c>down</c>: ends what <c>up</c> started.</summary>
internal static class DownCommand
{
    public static Command Create()
    {
        var wipe = new Option<bool>("--wipe") { Description = "Remove the data, the stored objects and the logs too." };
        var command = new Command("down", "Stop everything that up started; the data stays.") { wipe };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(wipe), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(bool wipe, CancellationToken cancellationToken)
    {
        var clone = Clone.Find();
        if (Deployment.Find(clone) is not { } deployment)
        {
            // A first start that failed leaves data and no settings.
            if (wipe)
                await ServerStack.Attach(clone.Stack).WipeAsync(cancellationToken);
            AnsiConsole.MarkupLine("Nothing runs and there is no data.");
            return 0;
        }

        var running = deployment.All.Count(x => x.IsRunning);
        if (wipe)
            await deployment.WipeAsync(cancellationToken);
        else
            await deployment.StopAsync(cancellationToken);
        AnsiConsole.MarkupLineInterpolated($"{running} stopped, {(wipe ? "all data removed" : "data kept")}.");
        return 0;
    }
}
