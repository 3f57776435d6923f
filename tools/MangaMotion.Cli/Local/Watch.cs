using Spectre.Console;

namespace MangaMotion.Cli.Local;

/// <summary>Stays in front of a running deployment: says what changes, and stops everything at Ctrl-C.</summary>
internal sealed class Watch(Deployment deployment)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, string> _told = deployment.All.ToDictionary(x => x.Name, _ => ProcessStatus.Ready);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        AnsiConsole.MarkupLine("[grey]Ctrl-C stops everything and keeps the data.[/]");
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (!deployment.IsRunning)
                {
                    AnsiConsole.MarkupLine("Everything was stopped.");
                    return;
                }

                foreach (var status in await deployment.GetStatusAsync(cancellationToken))
                    Tell(status);
            }
        }
        catch (OperationCanceledException)
        {
            AnsiConsole.MarkupLine("stopping");
            await deployment.StopAsync(CancellationToken.None);
        }
    }

    private void Tell(ProcessStatus status)
    {
        var text = status.Detail is null ? status.State : $"{status.State}: {status.Detail}";
        if (_told[status.Name] == text)
            return;
        _told[status.Name] = text;
        AnsiConsole.MarkupLineInterpolated($"{status.Name} is {text}{(status.State == ProcessStatus.Stopped ? $"; its log is {status.Log}" : "")}");
    }
}
