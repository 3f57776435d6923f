using Spectre.Console;

namespace MangaMotion.Cli.Local;

/// <summary>Foreground of a running deployment: reports changes of state, and stops everything at Ctrl-C.</summary>
internal sealed class Watch(Deployment deployment)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, string> _reported = deployment.All.ToDictionary(server => server.Name, _ => ProcessStatus.Ready);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        AnsiConsole.MarkupLine("[grey]Press Ctrl-C to stop everything and keep the data.[/]");
        using var timer = new PeriodicTimer(PollInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (!deployment.IsRunning)
                {
                    AnsiConsole.MarkupLine("The stack was stopped.");
                    return;
                }

                foreach (var status in await deployment.GetStatusAsync(cancellationToken))
                    ReportChange(status);
            }
        }
        catch (OperationCanceledException)
        {
            AnsiConsole.MarkupLine("stopping");
            await deployment.StopAsync(CancellationToken.None);
        }
    }

    private void ReportChange(ProcessStatus status)
    {
        if (_reported[status.Name] == status.Description)
            return;
        _reported[status.Name] = status.Description;
        var log = status.State == ProcessStatus.Stopped ? $"; its log is {status.Log}" : "";
        AnsiConsole.MarkupLineInterpolated($"{status.Name} is {status.Description}{log}");
    }
}
