using Spectre.Console;

namespace MangaMotion.Cli.Local;

/// <summary>What the demo shows on a running deployment.</summary>
internal sealed class DemoRun(Deployment deployment)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var status in await deployment.GetStatusAsync(cancellationToken))
            AnsiConsole.MarkupLineInterpolated($"{status.Name} is {status.State}");
    }
}
