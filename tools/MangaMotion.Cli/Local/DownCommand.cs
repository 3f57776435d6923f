using System.CommandLine;
using MangaMotion.LocalStack;
using Spectre.Console;

namespace MangaMotion.Cli.Local;

/// <summary><c>down</c>: stops the stack that <c>up</c> started.</summary>
internal static class DownCommand
{
    public static Command Create()
    {
        var wipe = new Option<bool>("--wipe") { Description = "Remove the data, the stored objects and the logs as well." };
        var command = new Command("down", "Stop the stack and keep its data.") { wipe };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(wipe), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(bool wipe, CancellationToken cancellationToken)
    {
        var clone = Clone.Find();
        if (Deployment.Find(clone) is not { } deployment)
        {
            // A failed first start leaves data without settings.
            if (wipe)
                await ServerStack.Attach(clone.Stack).WipeAsync(cancellationToken);
            AnsiConsole.MarkupLine("No stack is running and there is no data.");
            return 0;
        }

        var running = deployment.All.Count(server => server.IsRunning);
        if (wipe)
            await deployment.WipeAsync(cancellationToken);
        else
            await deployment.StopAsync(cancellationToken);
        AnsiConsole.MarkupLineInterpolated($"{running} processes stopped, {(wipe ? "all data removed" : "data kept")}.");
        return 0;
    }
}
